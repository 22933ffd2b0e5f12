"""Text as offsets refer to it: one paragraph a line, single spaces, nothing invisible in it."""

import re

_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
"""Control and format characters, variation selectors, lone surrogates, private use: none has a shape of its own."""


def tidy_text(text: str) -> str:
    """Paragraphs separated by exactly one newline, without blank ends; the other characters stay as they are."""
    lines = (tidy_line(line) for line in _BREAKS.split(text))
    return "\n".join(line for line in lines if line)


def tidy_line(text: str) -> str:
    """`text` as one line of single spaces."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", _BREAKS.sub(" ", text))).strip()
