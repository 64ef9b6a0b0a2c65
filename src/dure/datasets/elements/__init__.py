"""Shared elements: the same name, type, unit and codes for the same thing in every agency's tables.

An element set (`element`) is read from a CSV file (`reading`) or from its canonical document; its
digest stands in the charter (`adopted`). A mapping says which column is which element: proposed from
names (`names`) and values (`facts`, `matching`), confirmed by the steward (`mapping`), carried out in
the sandbox (`conforming`, `sandboxed`), and for a node's data sets in `held`.
"""
