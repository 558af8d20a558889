"""What people ask for of what is held of them: a copy, a correction, deletion, an explanation."""
