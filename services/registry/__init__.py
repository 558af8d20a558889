"""Registry: the one record of who lives where.

Owns people, households, dwellings, the four places of a person, land rights, life events, changes asked for, alarms, consents, the access
log, what people ask for of what is held of them, forms of agencies and what was given by them.
Says: community changed; household settled, moved, changed, split, merged, withdrawn; person registered, facts changed, moved, died,
withdrawn, merged, unmerged, erased; consent given, withdrawn.
Listens to: jobs (who works, which household has no one in work).
"""
