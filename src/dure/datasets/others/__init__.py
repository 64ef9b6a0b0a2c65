"""Data sets that others described: a Croissant document of anybody's becomes a data set of this agency."""
