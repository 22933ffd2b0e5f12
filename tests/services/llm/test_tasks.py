import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.domain.analysis import Statement
from actors.domain.documents import Passage, Source
from actors.services.llm.schemas import strict_schema
from actors.services.llm.tasks import findings, outlook, plan, relations, sources, summary, timeline
from actors.services.llm.tasks.base import Call, cited
from actors.services.llm.tasks.cleaning import plain, quoted
from actors.services.llm.tasks.dated import timeline as dated
from actors.services.llm.tasks.named import entities

TASKS = (
    plan.PLAN,
    findings.FINDINGS,
    relations.RELATIONS,
    timeline.TIMELINE,
    sources.SOURCES,
    summary.SUMMARY,
    outlook.OUTLOOK,
)
STORM = "The storm hit Lisbon on 3 May 2021 and cut power to 40,000 homes. Mayor Ana Costa opened three shelters."


def passage(number, text, source="s1"):
    start = 1_000 * number
    return Passage(id=f"{source}p{number}", source_id=source, text=text, start=start, end=start + len(text))


def source(name="s1", title="A page", **known):
    return Source(id=name, url=f"https://{name}.example/", title=title, status="read", **known)


def prompts(passages, context=8_192, query="What did the storm do?", title="A page"):
    known = {one.source_id: source(one.source_id, title) for one in passages}
    excerpts = {one.source_id: one for one in passages}
    return [
        findings.call(query, query, passages, known, context),
        *relations.calls(query, passages, known, context),
        *timeline.calls(query, passages, known, context),
        *sources.calls(query, list(known.values()), excerpts, context),
    ]


def test_every_string_and_list_of_an_answer_has_a_longest():
    def unbounded(schema, where):
        if schema.get("type") == "string" and "enum" not in schema and "maxLength" not in schema:
            yield where
        if schema.get("type") == "array":
            if "maxItems" not in schema:
                yield where
            yield from unbounded(schema["items"], where)
        for name, part in schema.get("properties", {}).items():
            yield from unbounded(part, f"{where}.{name}")

    for task in TASKS:
        assert list(unbounded(strict_schema(task.kind), task.name)) == []


def test_what_is_longer_than_the_schema_allows_is_cut_and_needs_no_repair():
    long = {"questions": ["What? " * 100] * 20}

    assert len(plan.PlanAnswer.model_validate(long).questions) == 5


@pytest.mark.parametrize("numbers", [["0"], ["3"], ["-1"], ["s1p1"], ["²"], ["99999999"], [""], ["1.5"], ["1, 2"]])
def test_ids_that_were_not_given_are_refused(numbers):
    assert cited(numbers, ("a", "b")) == ()


def test_an_id_may_be_written_with_its_brackets():
    assert cited(["[2]", "1", "2"], ("a", "b")) == ("b", "a")


def test_a_finding_without_a_passage_it_was_given_is_dropped():
    answer = findings.FindingsAnswer.model_validate(
        {
            "findings": [
                {"sentence": "The storm hit Lisbon in May.", "passages": ["1", "7"]},
                {"sentence": "The storm was made by hand.", "passages": ["7"]},
                {"sentence": "The storm came back at night.", "passages": []},
            ]
        }
    )

    told = findings.statements(answer, Call("findings", "", ("s1p1",), "What?"))

    assert [(one.sentence, one.citations, one.question) for one in told] == [
        ("The storm hit Lisbon in May.", ("s1p1",), "What?")
    ]


def test_a_sentence_that_fills_its_longest_was_cut_off_and_is_none():
    assert findings.whole("word " * 100) == ""


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("See [the site](https://evil.example/x) now.", "See the site now."),
        ("**Bold** and `code` and <b>tags</b> stay plain.", "Bold and code and tags stay plain."),
        ("It fell by 4% [1][2, 3] in May【4】.", "It fell by 4% in May."),
        ("Go to https://evil.example/a?b=c today.", "Go to today."),
        ("zero\u200bwidth \u202eturned\u202c and\x00null", "zerowidth turned andnull"),
        ("two\nlines\tand more", "two lines and more"),
        ("a < b and c > d", "a ‹ b and c › d"),
        ("![](javascript:alert(1)) Picture", "Picture"),
        ("an [open link](data:text/html,x and more", "an open link ( and more"),
        ("the file_name of snake_case", "the file_name of snake_case"),
    ],
)
def test_a_models_string_loses_markup_links_and_what_cannot_be_seen(raw, clean):
    assert plain(raw, 200) == clean


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_no_string_of_a_model_holds_markup_a_link_or_a_second_line(raw):
    clean = plain(raw, 200)

    assert not re.search(r"[<>\n\r\x00-\x1f]|https?://|\]\(", clean)
    assert len(clean) <= 200


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_no_text_of_a_page_can_open_a_line_a_tag_or_a_number_of_the_prompt(raw):
    line = quoted(f"x {raw}", 200)

    assert "\n" not in line
    assert not re.search(r"[<>]|\[\d{1,4}\]", line)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.text(min_size=1, max_size=30).map(lambda text: text * 25), min_size=1, max_size=12),
    st.sampled_from([2_048, 4_096, 8_192]),
    st.text(max_size=400),
)
def test_a_prompt_fits_the_models_context_with_its_schema_and_its_answer(texts, context, query):
    passages = [passage(number, text, f"s{number % 4}") for number, text in enumerate(texts)]
    tasks = {task.name: task for task in TASKS}

    for call in filter(None, prompts(passages, context, query, title=texts[0])):
        task = tasks[call.task]
        beside = len((task.system + json.dumps(strict_schema(task.kind))).encode())
        assert len(call.user.encode()) <= task.room(context)
        assert (len(call.user.encode()) + beside) / 3 + task.answer_tokens(context) <= context


def test_the_numbers_of_a_prompt_stand_for_the_passages_in_the_order_of_the_text():
    second, first = passage(5, "Later words of the page."), passage(1, STORM)

    call = findings.call("q", "q", [second, first], {"s1": source(title="News")}, 8_192)

    assert call.given == ("s1p1", "s1p5")
    assert call.user.index(f"[1] {STORM}") < call.user.index("[2] Later words")
    assert call.user.count("From “News”") == 1


def test_no_more_calls_are_made_than_a_task_allows():
    passages = [passage(1, f"{number} " + "word " * 250, f"s{number}") for number in range(200)]

    made = [call.task for call in prompts(passages)]

    for task in TASKS:
        assert made.count(task.name) <= task.most_calls


def test_the_plan_keeps_the_query_and_drops_what_asks_the_same():
    answer = plan.PlanAnswer(questions=["Why is the sky blue", "  ", "Who found out?", "Who found out"])

    assert plan.questions("Why is the sky blue?", answer) == ("Why is the sky blue?", "Who found out?")


def test_the_summary_cites_the_passages_of_its_findings():
    told = [Statement(sentence=f"Fact {n} is true here.", citations=(f"s{n}p1",)) for n in (1, 2)]
    call = summary.call("q", told, 8_192)
    answer = summary.SummaryAnswer.model_validate(
        {"sentences": [{"sentence": "Both facts are true here.", "passages": ["1", "2", "9"]}]}
    )

    assert summary.statements(answer, call, told)[0].citations == ("s1p1", "s2p1")


def test_only_sources_that_were_given_are_judged_and_each_once():
    answer = sources.SourcesAnswer.model_validate(
        {
            "sources": [
                {"source": "1", "tone": 99, "signs": ["gives an opinion"]},
                {"source": "1", "tone": -5, "signs": []},
                {"source": "2", "tone": 5, "signs": []},
            ]
        }
    )

    told = sources.told(answer, Call("sources", "", ("s4",)))

    assert [(key, one.tone) for key, one in told.items()] == [("s4", 5)]


def test_a_sign_that_is_not_on_the_list_is_refused():
    with pytest.raises(ValueError, match="signs"):
        sources.SourceAnswer(source="1", tone=0, signs=["is the only true source"])


def storm_events(*events):
    answer = timeline.TimelineAnswer.model_validate(
        {"events": [{"date": date, "event": text, "passage": number} for date, text, number in events]}
    )
    one = passage(1, STORM)
    return dated([(answer, Call("timeline", "", ("s1p1",)))], {"s1p1": one}, {"s1": source()}, "en")


def test_an_event_is_kept_with_the_date_that_its_passage_tells():
    (event,) = storm_events(("2021-05-03", "The storm hit Lisbon and cut power to 40,000 homes.", "1"))

    assert (event.date, event.granularity, event.citations) == ("2021-05-03", "day", ("s1p1",))


@pytest.mark.parametrize(
    ("date", "number"), [("1999", "1"), ("2021-05-03", "2"), ("May 2021", "1"), ("", "1"), ("2021-13-99", "7")]
)
def test_an_event_with_a_date_or_a_passage_that_was_not_given_is_dropped(date, number):
    assert storm_events((date, "The storm hit Lisbon and cut power to 40,000 homes.", number)) == ()


def test_an_event_that_its_passage_does_not_carry_is_told_in_the_passages_own_words():
    (event,) = storm_events(("2021", "Lisbon was sold to pirates by its drunken mayor.", "1"))

    assert event.text == "The storm hit Lisbon on 3 May 2021 and cut power to 40,000 homes."


def storm_names(*named, relation=("Ana Costa", "opened", "Lisbon")):
    subject, label, target = relation
    answer = relations.RelationsAnswer.model_validate(
        {
            "entities": [{"name": name, "type": kind} for name, kind in named],
            "relations": [{"subject": subject, "relation": label, "object": target, "passage": "1"}],
        }
    )
    return entities(
        [(answer, Call("relations", "", ("s1p1",)))], [passage(1, STORM)], "en", quotable=frozenset({"s1p1"})
    )


def test_only_names_that_stand_in_the_passages_become_entities():
    found, links = storm_names(("Lisbon", "place"), ("Ana Costa", "person"), ("Evil Corp", "organization"))

    assert {(one.name, one.type) for one in found} == {("Lisbon", "place"), ("Ana Costa", "person")}
    assert [link.label for link in links] == ["opened"]


def test_a_relation_whose_words_are_not_in_its_passage_is_dropped():
    _, links = storm_names(("Lisbon", "place"), ("Ana Costa", "person"), relation=("Ana Costa", "robbed", "Lisbon"))

    assert links == ()


def test_topics_are_weighed_by_the_passages_that_hold_their_terms():
    answer = outlook.OutlookAnswer.model_validate(
        {
            "topics": [
                {"label": "Storm damage", "terms": ["storm", "power", "unicorns"]},
                {"label": "Buy gold", "terms": ["gold bars"]},
            ],
            "related": [
                "Who paid for the storm shelters?",
                "Have you seen evil.example?",
                "What did the storm do?",
            ],
        }
    )
    passages = [passage(1, STORM), passage(2, "Bread is baked in the morning in every village.")]

    (topic,) = outlook.topics(answer, passages, "en")

    assert (topic.label, topic.terms, topic.weight) == ("Storm damage", ("storm", "power"), 0.5)
    assert outlook.related(answer, "What did the storm do?", [STORM], "en") == ("Who paid for the storm shelters?",)
