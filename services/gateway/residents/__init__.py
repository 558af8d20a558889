"""Residents: by which app accounts they act, and the tokens that their app backends get for them."""
