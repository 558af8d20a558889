"""Lists as files: asked for, made in the background, fetched by who asked."""
