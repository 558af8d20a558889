"""What held on a day, by what was known at an instant."""
