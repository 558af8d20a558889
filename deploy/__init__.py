"""How the platform is run: on one machine (`local`), with the demo community (`demo`), in a cluster."""
