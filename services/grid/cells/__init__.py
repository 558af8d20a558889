"""Grid cells (网格): which units belong to which cell, and who answers for it."""
