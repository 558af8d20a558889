"""What clients were told, compared with what is there."""
