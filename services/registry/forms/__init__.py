"""Agency forms (填表): which fields an agency needs, answered with values, where they come from and how fresh they are."""
