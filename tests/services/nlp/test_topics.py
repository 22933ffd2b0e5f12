from actors.domain.documents import Passage
from actors.services.nlp.topics import topics


def many(passages: list[Passage], times: int) -> list[Passage]:
    return [passage.model_copy(update={"id": f"{passage.id}-{turn}"}) for turn in range(times) for passage in passages]


def test_two_subjects_become_two_topics(passages: list[Passage]) -> None:
    found = topics(many(passages, 2), limit=2)
    assert {topic.sources for topic in found} == {("s1",), ("s2",)}


def test_weights_are_shares_of_the_passages(passages: list[Passage]) -> None:
    found = topics(many(passages, 3))
    assert [topic.weight for topic in found] == sorted((topic.weight for topic in found), reverse=True)
    assert 0.99 <= sum(topic.weight for topic in found) <= 1.01


def test_terms_are_words_that_the_passages_hold(passages: list[Passage]) -> None:
    text = " ".join(passage.text for passage in passages)
    assert all(term in text for topic in topics(passages) for term in topic.terms)


def test_no_two_topics_have_one_label(passages: list[Passage]) -> None:
    labels = [topic.label.casefold() for topic in topics(many(passages, 6))]
    assert len(set(labels)) == len(labels)


def test_a_label_begins_with_a_capital(passages: list[Passage]) -> None:
    assert all(topic.label[0].isupper() for topic in topics(passages))


def test_the_limit_holds(passages: list[Passage]) -> None:
    assert len(topics(many(passages, 10), limit=3)) <= 3


def test_the_same_passages_give_the_same_topics(passages: list[Passage]) -> None:
    assert topics(many(passages, 3)) == topics(many(passages, 3))


def test_a_single_passage_is_one_topic(passages: list[Passage]) -> None:
    assert [topic.weight for topic in topics(passages[:1])] == [1.0]


def test_nothing_to_read_gives_no_topic() -> None:
    assert topics([]) == []
    assert topics([Passage(id="p1", source_id="s1", text="the of and", start=0, end=10)]) == []
