"""Households: settled, moved, changed, taken back; who lives in which flat."""
