"""Households as the grid keeps them: in which cell, under which block head."""
