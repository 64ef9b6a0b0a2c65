"""The folder layout of the Hugging Face Hub: a data set card, and Parquet under ``data/``.

Nothing is fetched or sent: the folder opens with ``datasets.load_dataset("folder")`` on a machine
without a network, and can be carried to a hub of one's own.

Source
------
Hugging Face Hub documentation: Dataset Cards, Structure your repository, Data files configuration;
`datasets` documentation: Features.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dure.datasets.corpora.document import SPANS, has_spans, spans_alone
from dure.datasets.croissant import Field, licence_words, read_table

CARD_FILE = "README.md"
DATA_FILE = "data/train-00000-of-00001.parquet"
"""The one file of the one split; ``train`` is the split of a data set without splits."""
SPANS_DATA_FILE = "spans/train-00000-of-00001.parquet"
"""The spans of a corpus: a configuration of their own beside the texts."""

_SPDX = "https://spdx.org/licenses/"
_TYPES = {"double": "float64", "float": "float32", "date32[day]": "date32"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~-])")


def card(document: Mapping[str, Any], configuration: Sequence[str] = ()) -> str:
    """Return the data set card of one of our own documents: a YAML header, and words for people.

    Parameters
    ----------
    document
        The document.
    configuration
        Lines that say what is loaded; by default the table and its columns.
    """
    table = read_table(document)
    licence = licence_words(document)
    parts = [("default", DATA_FILE, table.fields)]
    if has_spans(document):
        parts.append((SPANS, SPANS_DATA_FILE, read_table(spans_alone(document)).fields))
    label = document["usageInfo"]["termCode"]
    lines = [
        "---",
        f"pretty_name: {quoted(document['name'])}",
        *_licence_lines(licence),
        "size_categories:",
        f"- {quoted(size_category(table.rows))}",
        *(configuration or _of_tables(parts)),
        "---",
        "",
        f"# {_plain(document['name'])}",
        "",
        _plain(document["description"]),
        "",
        f"- Security label: `{label}`",
        f"- Licence: {_plain(licence)}",
        f"- Publisher: {_plain(document['publisher']['name'])}, {document['datePublished']}",
        f"- Rows: {table.rows}",
        "",
        "The label binds whoever holds this folder. `croissant.json` describes the same table in full,",
        "with its digest.",
    ]
    return "\n".join(lines) + "\n"


def _of_tables(parts: Sequence[tuple[str, str, Sequence[Field]]]) -> list[str]:
    return [
        "configs:",
        *(line for name, file, _ in parts for line in _config_lines(name, file)),
        "dataset_info:",
        *_information_lines([(name, fields) for name, _, fields in parts]),
    ]


def relocated(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document as it stands beside the card: only the place of its table differs."""
    files = zip(document["distribution"], (DATA_FILE, SPANS_DATA_FILE), strict=False)
    return {**document, "distribution": [{**file, "contentUrl": place} for file, place in files]}


def size_category(rows: int) -> str:
    """Return the Hub's class of size.

    Examples
    --------
    >>> size_category(999), size_category(336_776), size_category(10**12)
    ('n<1K', '100K<n<1M', 'n>1T')
    """
    names = ["1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T"]
    above = next((i for i in range(len(names)) if rows < 10 ** (i + 3)), None)
    if above is None:
        return "n>1T"
    return f"{names[above - 1]}<n<{names[above]}" if above else "n<1K"


def quoted(text: str) -> str:
    r"""Return text as a YAML scalar in double quotation marks.

    Examples
    --------
    >>> print(quoted('단가 "원"\n'))
    "단가 \"원\"\u000a"
    """
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 1 << 16 else f"\\U{ord(char):08x}"


def _licence_lines(licence: str) -> list[str]:
    if licence.startswith(_SPDX):
        return [f"license: {quoted(licence.removeprefix(_SPDX).lower())}"]
    if licence.startswith(("https://", "http://")):
        return ['license: "other"', f"license_link: {quoted(licence)}"]
    return ['license: "other"', f"license_name: {quoted(licence)}"]


def _config_lines(name: str, file: str) -> list[str]:
    return [
        f"- config_name: {name}",
        "  data_files:",
        "  - split: train",
        f"    path: {quoted(file)}",
    ]


def _information_lines(parts: Sequence[tuple[str, Sequence[Field]]]) -> Iterator[str]:
    """Yield the features of the one configuration, or of each by its name."""
    for name, fields in parts:
        if len(parts) > 1:
            yield f"- config_name: {name}"
        yield "  features:"
        for field in fields:
            kind = _TYPES.get(field.type, field.type.replace(" ", ""))
            yield f"  - name: {quoted(field.name)}"
            yield f"    dtype: {quoted(kind)}"


def _plain(text: str) -> str:
    """Return words that Markdown shows as they are."""
    return _MARKDOWN.sub(r"\\\1", text)
