"""The one nested type that a table here may have: the boxes of an image."""

from __future__ import annotations

import pyarrow as pa

BOX_FIELDS = (
    ("x", pa.float64()),
    ("y", pa.float64()),
    ("w", pa.float64()),
    ("h", pa.float64()),
    ("class", pa.string()),
)
"""Left and upper edge, width and height in pixels, and the name of the class."""

BOX_LIST = pa.list_(pa.field("element", pa.struct([pa.field(*each) for each in BOX_FIELDS])))
"""Parquet calls the values of a list "element", so this is what is read again."""
