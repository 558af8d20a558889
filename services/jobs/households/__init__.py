"""Households: the registry's word on them, and whether anyone in them is in work (零就业家庭)."""
