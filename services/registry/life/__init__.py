"""What happens to households and their people, and what follows from it for every day."""
