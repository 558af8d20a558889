"""People who were entered twice: taken for one, and taken apart again."""
