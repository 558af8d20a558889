"""The demo: two communities of synthetic people as the files that staff have, and how they are brought in through the gateway."""
