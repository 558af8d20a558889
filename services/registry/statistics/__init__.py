"""Figures (统计) of the registry: who lived in communities and their blocks on a day, from counters that the worker keeps."""
