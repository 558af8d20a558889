"""Cases: applications, opened or refused with all reasons, and their ends."""
