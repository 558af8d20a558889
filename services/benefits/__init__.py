"""Benefits: what follows a person who moved, scheme by scheme, and the cases that are opened for it.

Owns schemes' dated parameters, assessments (what a settled person or household is told), applications and cases.
Says: transfer opened, refused, withdrawn.
Listens to: registry (people and households), jobs (who works where).
"""
