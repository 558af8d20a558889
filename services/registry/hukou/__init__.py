"""Hukou households (户籍户): who is entered in one register, where it stands; apart from who lives with whom."""
