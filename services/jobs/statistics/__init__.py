"""Figures (统计) of work: labour, employment and its forms in communities and their blocks, counted from the rows."""
