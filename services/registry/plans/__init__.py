"""Plans of communities (房屋名册): estates, blocks, units and flats come in by the files that staff have."""
