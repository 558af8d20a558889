"""Harm: what is done to which process and when, drawn from a seed, and how it is done."""
