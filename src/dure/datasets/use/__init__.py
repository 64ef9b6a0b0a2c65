"""Use: the rows of a data set for the programs that learn from them, the same way from any source."""
