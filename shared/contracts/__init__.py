"""What the services know of one another: the events, declared once, by the service that says them."""
