import numpy as np

from actors.domain.artefacts import Collection
from actors.domain.documents import Document, Source, SourceStatus
from actors.domain.errors import BudgetError, TransientError
from actors.services.embeddings.packing import unpack
from actors.stages.base import Artefacts
from actors.stages.index import IndexStage

TEXT = " ".join(f"Sentence number {n} tells of the bridge at Leeds and how it was built." for n in range(40))


def before(text=TEXT):
    source = Source(id="s1", url="http://a.example/", status=SourceStatus.READ)
    return Artefacts({"fetch:0": Collection(sources=(source,), documents=(Document(source=source, text=text),))})


async def test_passages_are_verbatim_and_have_a_vector_each_here_and_in_the_vector_store(desk):
    index = await IndexStage().work(desk.job(), before(), desk.services())
    assert len(index.passages) > 2
    for passage in index.passages:
        assert TEXT[passage.start : passage.end] == passage.text
    vectors = unpack(index.vectors, index.dimension)
    assert vectors.shape == (len(index.passages), 256)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-2)
    assert desk.keeper.kept == [("t", "j1", [passage.id for passage in index.passages], vectors.shape)]


async def test_a_vector_store_that_cannot_be_used_is_a_warning(desk):
    desk.keeper.error = TransientError("data/chroma is in use by process 7")
    index = await IndexStage().work(desk.job(), before(), desk.services())
    assert index.passages
    assert index.warnings == ("the passages were not added to the search index: data/chroma is in use by process 7",)
    assert desk.notes[0].data == {"text": index.warnings[0]}


async def test_no_documents_are_an_empty_index(desk):
    index = await IndexStage().work(
        desk.job(), Artefacts({"fetch:0": Collection(sources=(), documents=())}), desk.services()
    )
    assert (index.passages, index.vectors) == ((), "")
    assert desk.keeper.kept == []


async def test_a_further_round_has_all_passages_and_those_before_as_they_were(desk):
    first = await IndexStage().work(desk.job(), before(), desk.services())
    added = before("Bread is baked of flour and water. " * 30).values["fetch:0"].documents[0]
    added = added.model_copy(update={"source": added.source.model_copy(update={"id": "s2"})})
    collection = before().values["fetch:0"]
    both = Collection(sources=(*collection.sources, added.source), documents=(*collection.documents, added))
    second = await IndexStage().work(desk.job(round_=1), Artefacts({"fetch:1": both}), desk.services())
    assert second.passages[: len(first.passages)] == first.passages
    assert {passage.source_id for passage in second.passages[len(first.passages) :]} == {"s2"}
    assert second.vectors.startswith(first.vectors[:1_000])


class Broken:
    model = "paid-model"

    def __init__(self, error):
        self.error = error

    async def embed(self, texts):
        raise self.error


async def test_an_embedder_that_fails_is_a_warning_and_the_local_one_does_its_work(desk):
    for error, reason in ((TransientError("is away"), None), (BudgetError("no room"), "budget")):
        desk.embedder = Broken(error)
        index = await IndexStage().work(desk.job(), before(), desk.services())
        assert (index.model, index.dimension, index.stop_reason) == ("wordllama-256", 256, reason)
        assert index.warnings == (f"the passages were not added to the search index: {error}",)
    assert desk.keeper.kept == []
