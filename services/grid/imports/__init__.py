"""Cells (网格划分表) come in by the files that staff have: a row is a stair unit of a cell."""
