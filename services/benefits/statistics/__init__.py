"""Figures (统计) of benefits: what people and households are told in each scheme, counted from the assessments."""
