"""Rosters (花名册): whole communities come in by the files that staff have."""
