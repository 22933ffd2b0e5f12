from hypothesis import given, settings
from hypothesis import strategies as st

from actors.domain.documents import Credibility, Source, SourceStatus
from actors.services.nlp.credibility import BASE, WEIGHTS, count_references, credibility

PLAIN = "The river rises in the hills and flows slowly through the plain towards the sea. " * 20


def judged(
    text: str = PLAIN,
    *,
    url: str = "https://example.org/a",
    author: str | None = None,
    published: str | None = None,
    agree: int = 0,
    disagree: int = 0,
) -> Credibility:
    source = Source(id="s0", url=url, author=author, published=published, status=SourceStatus.READ)
    return credibility(source, text=text, in_agreement=agree, in_disagreement=disagree)


def test_a_bare_page_has_the_base_less_what_it_lacks() -> None:
    found = judged()
    assert found.reasons == ("no author", "no date")
    assert found.score == round(BASE + WEIGHTS["no author"] + WEIGHTS["no date"], 2)


def test_author_and_date_are_reasons_for_it() -> None:
    found = judged(author="Ada Byron", published="2022-05-03")
    assert found.reasons == ("names its author", "published 2022-05-03")
    assert found.score > judged().score


def test_universities_and_governments_are_told_by_their_host_alone() -> None:
    for host in ("www.mit.edu", "gov.uk", "ox.ac.uk", "nasa.gov", "example.edu.au", "who.int"):
        assert "site of a university or public body" in judged(url=f"https://{host}/x").reasons
    for host in ("education.com", "gov.example.com", "myedu.org"):
        assert "site of a university or public body" not in judged(url=f"https://{host}/x").reasons


def test_references_count_under_their_heading_or_as_marks() -> None:
    listed = "Sources\n- A long enough title, 2020\n- Another long title, 2021\n"
    assert count_references(PLAIN + "\n" + listed) == 2
    assert count_references("It grew [1], then fell [2], then grew [1].") == 2
    assert "lists 2 references" in judged(PLAIN + "\n" + listed).reasons
    assert "lists 1 reference" in judged(PLAIN + "See https://example.org/paper.").reasons


def test_a_very_short_page_says_how_short() -> None:
    assert "very short (2 words)" in judged("Hello there.").reasons


def test_a_strong_tone_counts_against_it() -> None:
    assert "strong emotional tone" in judged("This is a shocking, outrageous and disgusting hoax! " * 40).reasons


def test_other_sources_confirm_and_contradict() -> None:
    confirmed, contradicted = judged(agree=2), judged(disagree=1)
    assert "agrees with other sources on 2 figures or dates" in confirmed.reasons
    assert "contradicted by other sources on one figure or date" in contradicted.reasons
    assert contradicted.score < judged().score < confirmed.score


@given(st.text(max_size=400), st.text(max_size=60), st.integers(0, 50), st.integers(0, 50))
@settings(max_examples=100, deadline=None)
def test_any_page_gets_a_score_with_reasons(text: str, url: str, agree: int, disagree: int) -> None:
    found = judged(text, url=url, agree=agree, disagree=disagree)
    assert 0.0 <= found.score <= 1.0
    assert found.reasons
    assert found == judged(text, url=url, agree=agree, disagree=disagree)


def test_a_page_of_line_breaks_and_dots_takes_linear_time() -> None:
    assert judged("\n" * 50_000 + "." * 50_000 + "[" * 50_000).reasons
