"""People: their facts and numbers, deaths, and who read their data."""
