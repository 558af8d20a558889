"""The demo community: synthetic households that show every outcome of the decision table, loaded through the gateway."""
