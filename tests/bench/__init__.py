"""Hot paths beside their physical limit, measured in the same run. No assertion is about time."""
