"""People: their facts and numbers, and deaths."""
