"""`make chaos`: the platform under load while everything in it is killed, and a checker of what clients were told.

`load` asks and keeps a ledger, `faults` does harm from a seed, `checker` compares the ledger with the databases and the topics. The
checker imports nothing of the services or of the kernel's events: what it compares with, it says itself.
"""
