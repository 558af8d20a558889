"""Newborns: children who are known by their birth certificate until hukou entry gives them an ID number."""
