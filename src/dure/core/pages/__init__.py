"""Pages that people open in a browser: one file, offline, without script; made of pure strings."""
