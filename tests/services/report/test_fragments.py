from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from actors.services.report.fragments import text_directive, with_directive

TEXT = (
    "The treaty was signed in Montreal.\nThe treaty was signed by 24 countries, all of them early, on a day in autumn."
)


def directive(quotation: str, text: str = TEXT) -> str:
    start = text.index(quotation)
    return text_directive(text, start, start + len(quotation))


def test_a_short_quotation_is_named_whole() -> None:
    assert directive("in Montreal") == ":~:text=in%20Montreal"


def test_a_long_quotation_is_named_by_its_first_and_last_words() -> None:
    assert directive(TEXT.split("\n")[1]) == ":~:text=The%20treaty%20was%20signed%20by,a%20day%20in%20autumn."


def test_dash_comma_and_ampersand_are_percent_encoded() -> None:
    text = "half-time, full & open"
    assert text_directive(text, 0, len(text)) == ":~:text=half%2Dtime%2C%20full%20%26%20open"


def test_words_found_earlier_in_the_text_get_a_prefix() -> None:
    text = "It rose. After the war it fell. Then it rose again, and it fell."
    start = text.rindex("it fell")
    assert text_directive(text, start, start + 7) == ":~:text=and-,it%20fell"


def test_a_start_never_reaches_over_the_end_of_a_line() -> None:
    text = "One short heading\nand then the text of the passage that goes on for many more words than ten."
    start, end = text_directive(text, 0, len(text)).removeprefix(":~:text=").split(",")
    assert unquote(start) == "One short heading"
    assert unquote(end) == "more words than ten."


def test_a_text_without_blanks_is_cut_at_its_punctuation() -> None:
    text = "一九八五年五月，科学家发现了臭氧空洞。" * 3 + "各国政府随后签署了议定书，禁止使用氯氟烃。" * 8
    found = text_directive(text, 0, len(text))
    assert found.startswith(":~:text=")
    assert unquote(found).endswith("禁止使用氯氟烃。")


def test_a_fragment_that_the_address_has_is_kept_and_an_old_directive_replaced() -> None:
    assert with_directive("https://a.example/b#c:~:text=old", ":~:text=new") == "https://a.example/b#c:~:text=new"
    assert with_directive("https://a.example/b", ":~:text=new") == "https://a.example/b#:~:text=new"
    assert with_directive("https://a.example/b", "") == "https://a.example/b"


@given(st.text(max_size=80), st.integers(0, 80), st.integers(0, 80))
def test_every_part_of_a_directive_stands_in_the_quotation_or_before_it(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    found = text_directive(text, start, end)
    if not text[start:end].strip():
        assert found == ""
    for part in filter(None, found.removeprefix(":~:text=").split(",")):
        assert unquote(part.removesuffix("-"), errors="strict") in text.encode(errors="replace").decode()
