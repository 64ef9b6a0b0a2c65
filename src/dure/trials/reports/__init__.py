"""Reports of trials as people read them: in words, in tables, as a page, beside each other."""
