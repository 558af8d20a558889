"""People as workers: the registry's word on them, and their work."""
