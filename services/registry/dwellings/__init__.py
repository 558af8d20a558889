"""Communities (安置社区): estates, blocks, units, floors and flats."""
