"""Figures (统计) of the registry: who lives in communities and their blocks, and in which flats, counted from the rows."""
