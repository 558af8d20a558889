"""Changes of what is recorded of a person, asked for by one and, where it is sensitive, decided by another."""
