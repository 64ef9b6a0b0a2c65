"""Tables of help in which no syllable is lost.

Rich wraps by the width of characters, but takes blanks from the ends of lines by their number; where
Korean fills a line, what is left is a cell too wide, and Rich puts an ellipsis over the last syllable.
A column that folds drops the blank alone.
"""

from __future__ import annotations

from typing import Any

from rich.table import Table


class WholeTable(Table):
    """A table whose columns fold."""

    def add_row(self, *cells: Any, **how: Any) -> None:
        """Add a row; columns that come into being with it fold, too."""
        super().add_row(*cells, **how)
        for column in self.columns:
            column.overflow = "fold"
