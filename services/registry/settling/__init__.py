"""Settling (入住): a household moves in, checked as a whole, all or nothing."""
