"""How long what is recorded is kept, and who forgets it then."""
