"""Options that are for other data than what is given: refused, and not passed over without a word."""

from __future__ import annotations

from collections.abc import Mapping

from dure.readers.corpora.errors import CorpusError
from dure.readers.images.errors import ImageError

Given = Mapping[str, object]
"""Name of an option on the command line -> whether, or with what, it was given."""


def check_for_corpus(name: str, others: Given) -> None:
    """Refuse options that a corpus hasn't.

    Raises
    ------
    CorpusError
        ``corpora.folder``.
    """
    for option in _given(others):
        raise CorpusError("corpora.folder", name=name, reason="for-tables", option=option)


def check_for_images(name: str, tables: Given, corpora: Given) -> None:
    """Refuse options that a folder of images hasn't.

    Raises
    ------
    ImageError
        ``images.folder``.
    CorpusError
        ``corpora.folder``.
    """
    _check_not_for_corpora(name, corpora)
    for option in _given(tables):
        raise ImageError("images.folder", name=name, reason="for-tables", option=option)


def check_for_table(name: str, images: Given, corpora: Given) -> None:
    """Refuse options that a table hasn't.

    Raises
    ------
    ImageError
        ``images.folder``.
    CorpusError
        ``corpora.folder``.
    """
    _check_not_for_corpora(name, corpora)
    for option in _given(images):
        raise ImageError("images.folder", name=name, reason="for-images", option=option)


def _check_not_for_corpora(name: str, corpora: Given) -> None:
    for option in _given(corpora):
        raise CorpusError("corpora.folder", name=name, reason="for-corpora", option=option)


def _given(options: Given) -> list[str]:
    return [option for option, given in options.items() if given]
