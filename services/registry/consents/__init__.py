"""On which legal basis data of people are read, and the consents of those purposes that rest on consent."""
