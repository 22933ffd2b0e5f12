from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from actors.services.nlp.mentions import Found, initials, settle


def place(text: str, name: str) -> tuple[int, int]:
    start = text.index(name)
    return start, start + len(name)


def test_a_name_found_once_is_found_wherever_it_stands() -> None:
    text = "Rosalind Franklin took the picture. Nobody asked Rosalind Franklin."
    settled = settle(text, [Found(*place(text, "Rosalind Franklin"), "person")])
    assert [text[start:end] for start, end, _ in settled] == ["Rosalind Franklin", "Rosalind Franklin"]


def test_the_words_of_a_name_overrule_a_wrong_label() -> None:
    text = "She studied at the University of Leiden."
    assert settle(text, [Found(*place(text, "University of Leiden"), "person")])[0][2] == "organization"


def test_a_title_before_a_name_makes_it_a_person() -> None:
    text = "Senator Brooks voted against it."
    assert settle(text, [Found(*place(text, "Brooks"), "organization")])[0][2] == "person"


def test_a_family_name_that_is_a_hall_as_well_stays_a_person() -> None:
    text = "Stuart Hall said so. Later Stuart Hall agreed."
    assert settle(text, [Found(*place(text, "Stuart Hall"), "person")])[0][2] == "person"


def test_one_name_has_one_type_in_a_document() -> None:
    text = "Lima grows. In Lima it rains. People left Lima."
    spans = [Found(0, 4, "person"), Found(15, 19, "place"), Found(42, 46, "organization")]
    assert {kind for _, _, kind in settle(text, spans)} == {"place"}


def test_an_adjective_is_no_mention() -> None:
    text = "The Danish fleet sailed."
    assert settle(text, [Found(*place(text, "Danish"), "group", adjective=True)]) == []


def test_initials_skip_small_words_or_count_them() -> None:
    assert "wmo" in initials("World Meteorological Organization")
    assert {"noaa", "noaaa"} & initials("National Oceanic and Atmospheric Administration")


@given(
    st.text(alphabet="Ab c.,(X)", max_size=60), st.lists(st.tuples(st.integers(0, 59), st.integers(1, 9)), max_size=8)
)
def test_settled_mentions_never_overlap(text: str, pairs: list[tuple[int, int]]) -> None:
    spans = [Found(at, min(at + size, len(text)), None) for at, size in pairs if at < len(text)]
    settled = settle(text, spans)
    assert all(one[1] <= other[0] for one, other in pairwise(settled))


def settled_names(text: str, *names: str) -> set[str]:
    return {text[start:end] for start, end, _ in settle(text, [Found(*place(text, n), "organization") for n in names])}


def test_a_capitalised_word_that_is_often_a_noun_in_the_text_is_no_name() -> None:
    text = "Growth is good. Some call growth a duty, others call growth a curse, or growth a must."
    assert settled_names(text, "Growth") == set()


def test_a_place_and_a_part_of_a_longer_name_are_names_although_nouns() -> None:
    text = "Turkey sells turkey, turkey and turkey. Zadie Smith and Smith know a smith, one smith and any smith."
    assert settled_names(text, "Turkey", "Zadie Smith") == {"Turkey", "Zadie Smith"}
    assert "Smith" in settled_names(text[text.index("and Smith") :] + " Zadie Smith", "Smith", "Zadie Smith")


def test_the_head_of_a_longer_name_is_no_name_of_its_own() -> None:
    text = "Tokyo grew. The Kyoto Protocol was signed. Under the new Protocol it fell."
    found = [Found(*place(text, "Kyoto Protocol"), "work"), Found(text.rindex("Protocol"), text.rindex(" it"), "work")]
    assert [text[start:end] for start, end, _ in settle(text, found)] == ["Kyoto Protocol"]
    assert settled_names("They signed the Protocol.", "Protocol") == {"Protocol"}
