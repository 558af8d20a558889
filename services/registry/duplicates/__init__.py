"""People who may have been entered twice: found when they come in, looked at by staff."""
