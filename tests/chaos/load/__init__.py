"""Clients: what they ask, how they ask again until they are answered, and the ledger of what they were told."""
