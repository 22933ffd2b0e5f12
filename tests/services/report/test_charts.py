import re
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from actors.domain.analysis import Entity, Granularity, Relation, Report, SourceSentiment, TimelineEvent, Topic
from actors.services.report.charts.cloud import cloud
from actors.services.report.charts.graph import entity_graph
from actors.services.report.charts.graph_layout import Box, arranged
from actors.services.report.charts.sentiment import sentiment_bars
from actors.services.report.charts.svg import fit, width
from actors.services.report.charts.time_axis import Axis, ticks
from actors.services.report.charts.timeline import is_stretched, timeline_chart
from actors.services.report.charts.treemap import treemap
from actors.services.report.wording import in_words, percent, signed

Made = tuple[Report, dict[str, str]]
NAMES = (
    "Ada",
    "Organisation of the United Nations",
    "Ulm",
    "Storm Xaver",
    "臭氧层",
    "Q",
    "Institute for Air and Water",
)


def event(date: str, granularity: Granularity = "day") -> TimelineEvent:
    return TimelineEvent(date=date, granularity=granularity, text="Something came to pass.", citations=("p",))


def drawn(svg: str) -> Any:
    return etree.fromstring(svg.encode())


def dots(svg: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'<circle class="dot" cx="([\d.]+)%" cy="([\d.]+)"', svg)]


def test_nothing_found_draws_nothing() -> None:
    assert [timeline_chart([]), entity_graph([], []), treemap([]), sentiment_bars([], {}), cloud([])] == [""] * 5


@pytest.mark.parametrize(
    "dates",
    [
        [f"{1820 + 5 * number}-06-01" for number in range(40)],
        [f"2020-03-{number % 3 + 1:02d}" for number in range(40)],
        ["1610", *[f"2021-{number % 12 + 1:02d}-10" for number in range(39)]],
        ["-0044-03-15", "0079-08-24", "1453-05-29"],
        ["2020-01-01"],
    ],
    ids=["two centuries", "three days", "one far off", "before Christ", "one"],
)
def test_no_event_lies_over_another_or_outside(dates: list[str]) -> None:
    svg = timeline_chart([event(date, "year" if len(date) == 4 else "day") for date in sorted(dates)])
    height = float(drawn(svg).get("height"))
    places = dots(svg)
    assert len(places) == len(dates)
    assert height < 420
    for (x, y), (other_x, other_y) in combinations(places, 2):
        assert abs(x - other_x) * 3 >= 20 or abs(y - other_y) >= 20
    assert all(3 < x < 97 and 0 < y < height for x, y in places)


def test_crowded_events_stretch_the_axis_and_even_ones_do_not() -> None:
    assert not is_stretched([event(f"{1900 + 3 * number}-01-01") for number in range(20)])
    assert is_stretched([event("1600-01-01"), *[event(f"2021-{number % 12 + 1:02d}-10") for number in range(39)]])


def test_a_century_is_a_bar_among_years() -> None:
    svg = timeline_chart([event("1800", "century"), event("1850", "year"), event("1990", "year")])
    assert len(drawn(svg).findall("{*}rect[@class='span']")) == 1


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(1820.0, 2020.0, "1850"), (2020.0, 2021.9, "January 2020"), (2020.0, 2020.01, "1 January 2020")],
)
def test_ticks_are_as_fine_as_the_time_spanned(first: float, last: float, expected: str) -> None:
    found = [label for _, label in ticks(Axis.over([(first, first), (last, last)], 0.0, 4.0))]
    assert expected in found
    assert len(found) <= 7


def entities(count: int) -> list[Entity]:
    return [
        Entity(
            id=f"e{number}",
            name=NAMES[number % 7] + str(number),
            type="person",
            mentions=count - number,
            sources=("s",),
            citations=("p",),
        )
        for number in range(count)
    ]


def relations(pairs: Sequence[tuple[int, int]]) -> list[Relation]:
    return [Relation(source=f"e{a}", target=f"e{b}", label="met", weight=1, citations=("p",)) for a, b in pairs]


@settings(max_examples=15, deadline=None)
@given(
    st.integers(2, 30).flatmap(
        lambda count: st.tuples(
            st.just(count), st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=50)
        )
    )
)
def test_labels_of_a_graph_stay_inside_and_apart(graph: tuple[int, list[tuple[int, int]]]) -> None:
    count, pairs = graph
    svg = entity_graph(entities(count), relations(pairs))
    assert bool(svg) == any(one != other for one, other in pairs)
    if not svg:
        return
    wide, high = (float(each) for each in drawn(svg).get("viewBox").split()[2:])
    boxes = []
    for text in drawn(svg).findall("{*}text[@class='mid']"):
        x, y, half = float(text.get("x")), float(text.get("y")), width(text.text, 13) / 2
        boxes.append((x - half, y - 10, x + half, y + 3))
        assert x - half >= -0.5 and x + half <= wide + 0.5 and 0 <= y <= high  # noqa: PT018 (one frame)
    for one, other in combinations(boxes, 2):
        assert one[2] <= other[0] + 1 or other[2] <= one[0] + 1 or one[3] <= other[1] + 1 or other[3] <= one[1] + 1


def test_a_graph_is_drawn_the_same_each_time(large: Made) -> None:
    report, _ = large
    assert entity_graph(report.entities, report.relations) == entity_graph(report.entities, report.relations)


def test_two_nodes_at_one_place_are_moved_apart() -> None:
    box = Box.around(10, 40, 13)
    places = arranged(["a", "b", "c"], [box] * 3, [("a", "b", 1), ("b", "c", 1), ("a", "c", 1)], (400, 400))
    assert len(set(places.values())) == 3


def test_relations_of_names_not_listed_are_left_out() -> None:
    assert entity_graph(entities(2), relations([(0, 9)])) == ""


@given(st.lists(st.floats(0, 1), max_size=20))
def test_tiles_stay_in_their_frame_and_show_every_share(weights: list[float]) -> None:
    topics = [
        Topic(label=f"topic {number}", terms=("a", "b"), weight=weight, sources=())
        for number, weight in enumerate(weights)
    ]
    svg = treemap(topics)
    assert bool(svg) == any(weight > 0 for weight in weights)
    for tile in drawn(svg).findall("{*}rect") if svg else []:
        assert float(tile.get("x")) + float(tile.get("width")) <= 401
        assert float(tile.get("y")) + float(tile.get("height")) <= 251


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=30), st.floats(allow_nan=True)), max_size=30))
def test_words_of_a_cloud_lie_apart_and_inside(phrases: list[tuple[str, float]]) -> None:
    svg = cloud(phrases)
    boxes = []
    for text in drawn(svg).findall("{*}text") if svg else []:
        x, y, size = (float(text.get(name)) for name in ("x", "y", "font-size"))
        half = width(text.text or "", size) / 2
        assert x - half >= -1
        assert x + half <= 401
        boxes.append((x - half, y - size * 0.8, x + half, y + size * 0.2))
    for one, other in combinations(boxes, 2):
        assert one[2] <= other[0] + 1 or other[2] <= one[0] + 1 or one[3] <= other[1] + 1 or other[3] <= one[1] + 1


def test_a_heavier_phrase_is_larger() -> None:
    sizes = [float(text.get("font-size")) for text in drawn(cloud([("light", 0.1), ("heavy", 0.9)])).findall("{*}text")]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[1]


def test_a_negative_tone_goes_left_of_the_middle_and_a_positive_one_right() -> None:
    tones = [
        SourceSentiment(source_id="s1", score=-0.5, label="negative", sentences=3),
        SourceSentiment(source_id="s2", score=0.5, label="positive", sentences=3),
    ]
    bars = {bar.get("class"): bar for bar in drawn(sentiment_bars(tones, {})).findall("{*}rect")}
    assert bars["bar negative"].get("x") == "26.00%"
    assert bars["bar positive"].get("x") == "50.00%"


@given(st.text(max_size=40), st.floats(0, 300))
def test_a_fitted_text_is_no_wider_than_its_room(text: str, room: float) -> None:
    assert width(fit(text, 13, room), 13) <= room


@pytest.mark.parametrize(
    ("date", "granularity", "words"),
    [
        ("2021-05-03", "day", "3 May 2021"),
        ("2021-05", "month", "May 2021"),
        ("0079", "year", "79"),
        ("1980", "decade", "1980s"),
        ("1900", "century", "20th century"),
        ("1901", "century", "20th century"),
        ("-0500", "century", "5th century BC"),
        ("-0044-03-15", "day", "15 March 44 BC"),
        ("2021-13-41", "day", "2021"),
    ],
)
def test_a_date_is_told_as_finely_as_it_is_known(date: str, granularity: Granularity, words: str) -> None:
    assert in_words(date, granularity) == words


def test_figures_are_never_rounded_to_all_or_nothing() -> None:
    assert [percent(each) for each in (0, 0.001, 0.5, 0.999, 1)] == ["0%", "under 1%", "50%", "99%", "100%"]
    assert [signed(each) for each in (-0.001, 0, 0.5, -0.25)] == ["0.00", "0.00", "+0.50", "−0.25"]
