"""Gateway: the one door. Staff sign in, programs get tokens, requests pass through to the services, and views are composed of all.

Owns accounts of clients and staff. Says nothing, listens to nothing.
"""
