"""Employments (就业): which work people have and had, started and ended here."""
