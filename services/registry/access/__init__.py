"""The access log (domain reference §8.3): who read whose data unmasked, for what and on which basis; chained, so that it proves itself."""
