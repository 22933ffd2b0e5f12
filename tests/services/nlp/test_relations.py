from actors.domain.documents import Passage
from actors.services.nlp.relations import spread


def passage(source: str, number: int) -> Passage:
    return Passage(id=f"{source}p{number}", source_id=source, text="x", start=0, end=1)


def test_every_source_is_cited_once_before_any_is_cited_twice() -> None:
    told = [passage("s1", 1), passage("s1", 2), passage("s2", 1), passage("s3", 1)]
    assert spread(told, 3) == ("s1p1", "s2p1", "s3p1")


def test_within_a_source_the_passage_that_comes_most_is_cited_first() -> None:
    told = [passage("s1", 1), passage("s1", 2), passage("s1", 2)]
    assert spread(told, 5) == ("s1p2", "s1p1")
