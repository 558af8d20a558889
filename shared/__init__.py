"""The kernel: what every service stands on. Knows no service."""
