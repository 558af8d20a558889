"""Figures (统计) of the grid: households, cells and visits of communities and their blocks, counted from the rows."""
