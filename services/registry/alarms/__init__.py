"""People in two households of which nobody can be in two: raised when it comes to be so, cleared when it is so no more."""
