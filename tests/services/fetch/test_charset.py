import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.services.fetch.charset import decode


@pytest.mark.parametrize("named", ["ISO-8859-1", "windows-1252", "cp1251", "koi8-r", "us-ascii"])
def test_utf_8_that_is_called_by_another_name_is_read_as_what_it_is(named):
    assert decode("Le café à 3 € — très cher".encode(), named) == "Le café à 3 € — très cher"


def test_a_few_broken_characters_do_not_make_it_another_charset():
    text = "Le café à Orléans coûte très cher, dès l’été. " * 5
    body = text.encode().replace(b"\xc3\xa9", b"\xc3", 1)
    assert decode(body, "utf-8") == text.replace("é", "\ufffd", 1)
    assert decode(text.encode()[:-10] + b"\xe2\x80", None).startswith(text[:-12])


def test_letters_of_two_bytes_are_not_taken_for_utf_8():
    assert decode("联通".encode("gb18030"), "gb18030") == "联通"


@given(st.text(), st.sampled_from(["utf-8", "windows-1252", "koi8-r", None, "x", "iso-8859-15"]))
def test_valid_utf_8_comes_out_as_it_was_meant(text, named):
    assert decode(text.encode(), named) == text.removeprefix("\ufeff")


@given(
    st.binary(),
    st.sampled_from(["utf-8", "big5", None, "utf-16", "idna", "rot13", "base64", "punycode", "undefined", "\x00"]),
)
def test_any_bytes_are_some_text(body, named):
    assert isinstance(decode(body, named), str)
