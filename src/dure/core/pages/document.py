"""One HTML file that loads nothing and runs nothing, in one language or in both.

What stands in a page comes from strangers: whoever makes a part of it escapes every word. Beside that
the page's own policy lets a browser load nothing, and its only style is the one whose digest it names.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from html import escape

from dure.core.text import LANGUAGES, Text, printable

_NAMES = {"en": "English", "ko": "한국어"}


def say(text: Text | str, language: str) -> str:
    """Return words in a language, or a name as it is: printable and escaped.

    Examples
    --------
    >>> say(Text("rows & columns", "행과 열"), "en"), say("<b>", "ko")
    ('rows &amp; columns', '&lt;b&gt;')
    """
    words = text if isinstance(text, str) else text.say(language)
    return escape(printable(words))


def document(title: str, body: str, *, language: str, style: str, images: str = "") -> str:
    """Return a whole page.

    Parameters
    ----------
    title
        As plain words; escaped here.
    body
        HTML.
    language
        ``en`` or ``ko``.
    style
        The page's only style.
    images
        Where the page may have pictures from: ``data:``, or "" for nowhere.
    """
    return (
        f'<!DOCTYPE html>\n<html lang="{"ko" if language == "ko" else "en"}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, images)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(printable(title))}</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def in_both_languages(title: Text, body: Callable[[str], str], *, first: str, style: str) -> str:
    """Return a whole page that holds itself in each language, with a switch that needs no script.

    Parameters
    ----------
    title
        Of the page.
    body
        Returns the page's body in a language, as HTML; its ids must differ from those of the other one.
    first
        Which language is seen first, and printed unless the reader chooses the other.
    style
        The page's only style; it must hold `dure.core.pages.style.SWITCH`.
    """
    chosen = first if first in LANGUAGES else LANGUAGES[0]
    switch = "".join(
        f'<input class="switch" type="radio" name="language" id="in-{one}"'
        f"{' checked' if one == chosen else ''}>"
        f'<label class="switch" for="in-{one}" lang="{one}">{_NAMES[one]}</label>'
        for one in LANGUAGES
    )
    parts = "\n".join(f'<div class="in-{one}" lang="{one}">{body(one)}</div>' for one in LANGUAGES)
    return document(
        title.say(chosen), f"<main>\n{switch}\n{parts}\n</main>", language=chosen, style=style
    )


def _policy(style: str, images: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    seen = f" img-src {images};" if images else ""
    return f"default-src 'none';{seen} style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
