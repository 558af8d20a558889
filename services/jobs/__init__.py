"""Jobs: the one record of who works.

Owns employments, job seekers, and which household with labour has no one in work.
Says: employment started, ended; household without work found, cleared.
Listens to: registry (people and households, and the work they state when they settle).
"""
