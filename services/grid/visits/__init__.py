"""Visits (走访): asked for, made, overdue, cancelled."""
