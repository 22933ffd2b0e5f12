import pytest

from actors.services.nlp.asked import Kind, asked, fit, holds


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("Who wrote it and when?", ("who", "when")),
        ("How many people live there?", ("how many",)),
        ("What caused the fire?", ("why",)),
        ("Warum brennt es?", ("why",)),
        ("Quand est-il mort ?", ("when",)),
        ("the ozone layer", ()),
    ],
)
def test_a_question_tells_which_answers_it_wants(question: str, kinds: tuple[Kind, ...]) -> None:
    assert asked(question) == kinds


@pytest.mark.parametrize(
    ("kind", "with_it", "without"),
    [
        ("who", "In 1953 Rosalind Franklin took it.", "The United Nations took it in the Pacific Ocean."),
        ("when", "It burned in 1906.", "It burned long and bright."),
        ("where", "It stood in Chicago.", "It stood for long."),
        ("why", "It sank because the hull broke.", "It sank at night."),
        ("how many", "About 1,500 people died.", "People died."),
    ],
)
def test_a_sentence_holds_what_an_answer_needs_or_not(kind: Kind, with_it: str, without: str) -> None:
    assert holds(with_it, kind)
    assert not holds(without, kind)


def test_the_fit_is_the_share_of_the_wanted_kinds() -> None:
    assert fit("It burned in 1906.", ("when", "why")) == 0.5
    assert fit("It burned in 1906.", ()) == 0.0
