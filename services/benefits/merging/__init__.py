"""People who were entered twice: what a person must look at where the two entries do not go together."""
