"""A data set becomes known to other agencies: its page, what people agreed to, and who took note."""
