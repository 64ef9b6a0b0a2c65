"""The kinds of answer that algorithms give: how each is written, checked against the data, and scored."""
