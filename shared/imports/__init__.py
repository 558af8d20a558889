"""Files that staff really have, taken in as they are: read, checked, brought in by a background job, answered with a report."""
