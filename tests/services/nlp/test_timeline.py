import pytest

from actors.domain.documents import Sentence, Source, SourceStatus
from actors.services.nlp.timeline import timeline

BRIDGE = frozenset({"bridg"})


def told(source_id: str, *texts: str, published: str | None = None) -> tuple[Source, list[Sentence]]:
    source = Source(id=source_id, url="https://x.test/", published=published, language="en", status=SourceStatus.READ)
    sentences: list[Sentence] = []
    start = 0
    for number, text in enumerate(texts, 1):
        passage_id, end = f"{source_id}p{number}", start + len(text)
        sentences.append(Sentence(source_id=source_id, passage_id=passage_id, text=text, start=start, end=end))
        start = end + 1
    return source, sentences


def test_events_stand_in_the_order_of_time_with_their_granularity() -> None:
    source = told(
        "s1",
        "The bridge was closed in March 1990 after a fire.",
        "The first bridge was built in 44 BC by the Romans.",
        "The bridge was opened again on 3 May 1991 by the mayor.",
        "A stone bridge was begun in the 17th century by the town.",
    )
    events = timeline([source], query_terms=BRIDGE)
    assert [(event.date, event.granularity) for event in events] == [
        ("-0044", "year"),
        ("1600", "century"),
        ("1990-03", "month"),
        ("1991-05-03", "day"),
    ]
    assert events[2].text == "The bridge was closed in March 1990 after a fire."
    assert events[2].citations == ("s1p1",)


def test_the_years_before_christ_run_backwards() -> None:
    source = told("s1", "The bridge was built in 44 BC by the town.", "The bridge was planned in 508 BC by the king.")
    assert [event.date for event in timeline([source], query_terms=BRIDGE)] == ["-0508", "-0044"]


def test_two_sources_that_tell_the_same_event_are_cited_for_one() -> None:
    first = told("s1", "The old stone bridge collapsed on 3 May 1991 in a storm.")
    second = told("s2", "On 3 May 1991 the stone bridge collapsed during a heavy storm over the valley.")
    (event,) = timeline([first, second], query_terms=BRIDGE)
    assert set(event.citations) == {"s1p1", "s2p1"}
    assert event.text in {first[1][0].text, second[1][0].text}


def test_different_events_of_one_day_stay_apart() -> None:
    first = told("s1", "The old stone bridge collapsed on 3 May 1991 in a storm.")
    second = told("s2", "The bridge company elected a new chairman on 3 May 1991 at its meeting.")
    assert len(timeline([first, second], query_terms=BRIDGE)) == 2


def test_a_few_common_words_do_not_make_one_event_of_two() -> None:
    first = told("s1", "The old stone bridge over the river Avon collapsed on 3 May 1991 after weeks of heavy rain.")
    second = told(
        "s2", "On 3 May 1991 the town council of Avon opened a school near the stone bridge with music and speeches."
    )
    assert len(timeline([first, second], query_terms=BRIDGE)) == 2


def test_days_are_counted_from_the_publication_of_their_own_source() -> None:
    texts = ("The council met about the bridge on Monday.", "The bridge was closed to all traffic yesterday.")
    events = timeline([told("s1", *texts, published="2021-05-05")], query_terms=BRIDGE)
    assert [event.date for event in events] == ["2021-05-03", "2021-05-04"]


def test_a_forecast_may_lie_in_the_future() -> None:
    source = told("s1", "The new bridge will be finished in 2035 at the latest.", published="2021-05-05")
    assert [event.date for event in timeline([source], query_terms=BRIDGE)] == ["2035"]


def test_what_is_no_event_is_left_out() -> None:
    source = told(
        "s1",
        "Bridges of 1990",
        "Was the bridge closed in 1990 by the mayor?",
        "Smith, J. (1990). The bridge and its history. Journal of Bridges, 3(2), 1–10.",
        "The list of bridges was last updated on 3 May 2021.",
        "The bridge is described by many authors (Smith, 1990).",
        "As of 2019, the bridge carries many cars a day.",
        "The bridge has no date at all in this sentence.",
    )
    assert timeline([source], query_terms=BRIDGE) == []


def test_a_season_is_told_as_its_year() -> None:
    (event,) = timeline([told("s1", "The bridge was opened in the summer of 2012.")], query_terms=BRIDGE)
    assert (event.date, event.granularity) == ("2012", "year")


def test_over_the_limit_what_has_to_do_with_the_query_is_kept() -> None:
    texts = [f"The town elected a new mayor on {day} May 1990." for day in range(1, 20)]
    texts.insert(7, "The bridge was closed on 30 May 1990 by the mayor.")
    (event,) = timeline([told("s1", *texts)], query_terms=BRIDGE, limit=1)
    assert event.date == "1990-05-30"


def test_no_sources_have_no_timeline() -> None:
    assert timeline([], query_terms=BRIDGE) == []
    assert timeline([told("s1")], query_terms=frozenset()) == []


@pytest.mark.parametrize(
    "text",
    [
        "I mean to speak on 3 May 1991 about the bridge that the town built.",
        "On 3 May 1991 we gather at the bridge that the town has built.",
        "The bridge opens tonight with a concert on both banks of the river.",
        "The bridge opens this evening with a concert on both banks of the river.",
        "The bridge was closed today after a fire on the northern bank.",
    ],
)
def test_a_speaker_of_himself_and_a_bare_today_tell_no_event(text: str) -> None:
    assert timeline([told("s1", text, published="1991-05-03")], query_terms=BRIDGE) == []


@pytest.mark.parametrize(
    "text",
    [
        "“We built the bridge for everybody,” the mayor said on 3 May 1991.",
        "After World War I ended the bridge was built on 3 May 1921 by the town.",
        "The bridge closed today, exactly as it opened on 3 May 1961 in the rain.",
    ],
)
def test_words_of_others_and_another_date_tell_an_event(text: str) -> None:
    (event,) = timeline([told("s1", text, published="1991-05-03")], query_terms=BRIDGE)
    assert event.granularity == "day"
    assert event.text == text
