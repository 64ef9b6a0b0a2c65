"""Words for people, in both languages of the alliance."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("en", "ko")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in English and in Korean.

    Parameters
    ----------
    en, ko
        The sentence; ``{name}`` marks a fact that `fill` puts in.

    Examples
    --------
    >>> Text("{n} rows", "{n}행").fill(n=3).ko
    '3행'
    """

    en: str
    ko: str

    def fill(self, **facts: object) -> Text:
        """Return the sentence with its facts put in.

        Raises
        ------
        KeyError
            When a fact that the sentence names is missing.
        """
        return Text(self.en.format_map(facts), self.ko.format_map(facts))

    def say(self, language: str) -> str:
        """Return the sentence in ``language`` (``"en"`` or ``"ko"``; anything else means English)."""
        return self.ko if language == "ko" else self.en
