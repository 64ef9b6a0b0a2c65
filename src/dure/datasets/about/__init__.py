"""What a steward states about a data set, and the vocabularies it is written in."""
