"""Text from pages and models as plain lines: nothing in it can open a tag, a link, a line or a number of ours."""

import re
import unicodedata
from functools import lru_cache

_TAG = re.compile(r"</?[a-zA-Z!?][^<>]{0,500}>")
_IMAGE_OR_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\((?:[^()]|\([^()]*\)){0,2000}\)")
_OPEN_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\(")
_ADDRESS = re.compile(r"\b(?:[a-z][a-z0-9+.-]{1,20}://|www\.|mailto:|javascript:|data:text/)\S*", re.IGNORECASE)
_NUMBERED = re.compile(r"[\[【〔]\s?\d{1,4}(?:\s?[,;–-]\s?\d{1,4})*\s?[\]】〕]")
_MARKUP = re.compile(r"[`*]{1,3}|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)|^\s*(?:#{1,6}|[-•>]+)\s+|^\s*\d{1,2}[.)]\s+")
_BRACKETS = str.maketrans({"<": "‹", ">": "›"})
_EMPTY = re.compile(r"\(\s*\)|\[\s*\]")
_SPACE_BEFORE = re.compile(r" +(?=[.,;:!?](?!\w))")
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})


def visible(text: str) -> str:
    """On one line, without control, zero-width, direction and private characters."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = " ".join(text.split())
    if not text.isprintable():
        text = "".join(one if unicodedata.category(one) not in _INVISIBLE else " " * one.isspace() for one in text)
    return " ".join(text.split())


@lru_cache(maxsize=8_192)
def quoted(text: str, most: int) -> str:
    """A stretch of a page for a prompt: one line of at most `most` characters, without footnote marks.

    What looks like our numbers of passages, or like a tag, is taken out or made another character.
    """
    line = _SPACE_BEFORE.sub("", " ".join(_NUMBERED.sub(" ", visible(text)).translate(_BRACKETS).split()))
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0] + " …"


def plain(text: str, most: int) -> str:
    """A string of a model as a reader may see it: no markup, links, addresses or citation marks; cut at `most`."""
    line = _IMAGE_OR_LINK.sub(r"\1", visible(text))
    line = _OPEN_LINK.sub(r"\1 (", _ADDRESS.sub("", _TAG.sub(" ", line)))
    line = _EMPTY.sub("", _MARKUP.sub("", _NUMBERED.sub(" ", line))).translate(_BRACKETS)
    line = _SPACE_BEFORE.sub("", " ".join(line.split())).replace("](", "] (")
    return line[:most].rstrip()
