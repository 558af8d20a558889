"""Registry: the one record of who lives where.

Owns people, households, dwellings, the four places of a person, land rights, life events, changes asked for, alarms, consents, the access
log.
Says: community changed; household settled, moved, changed, split, merged, withdrawn; person registered, facts changed, moved, died,
withdrawn, merged, unmerged; consent given, withdrawn.
Listens to: jobs (who works, which household has no one in work).
"""
