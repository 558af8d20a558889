"""Job seekers (求职者): able people of labour age who are known to have no work."""
