"""Grid: which cell a household belongs to, and who visits it.

Owns grid cells and their block heads, which cell a household is in and was in, visits and their due dates.
Says: household assigned; visit requested, changed, overdue, completed, cancelled.
Listens to: registry (communities, households), jobs (households without work).
"""
