"""Which language the terminal speaks, and how a sentence of two languages becomes one."""

from __future__ import annotations

import os
import sys

from dure.core.text import LANGUAGES, Text


def language() -> str:
    """Return ``ko`` or ``en``: ``--lang``, else ``DURE_LANG``, else the locale of messages.

    It is read before the command line is parsed, since the help itself is in that language.
    """
    for i, word in enumerate(sys.argv):
        if word.startswith("--lang="):
            wanted = word.removeprefix("--lang=")
        elif word == "--lang" and i + 1 < len(sys.argv):
            wanted = sys.argv[i + 1]
        else:
            continue
        return wanted if wanted in LANGUAGES else "en"
    for name in ("DURE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "ko" if os.environ[name].lower().startswith("ko") else "en"
    return "en"


LANGUAGE = language()


def say(en: str, ko: str) -> str:
    """Return the sentence in the terminal's language."""
    return Text(en, ko).say(LANGUAGE)
