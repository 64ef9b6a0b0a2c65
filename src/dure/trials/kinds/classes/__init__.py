"""A class for each row, with or without scores."""
