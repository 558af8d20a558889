"""Land rights (三地): farmland, forest and homestead that people keep where they moved from, and to whom their use is passed on."""
