"""One analysis is one call: pages by title, and a model in this process that copies from what it is given."""

import asyncio
from dataclasses import dataclass, field

import pytest

from actors.domain.artefacts import Analysis, Collection, Index, SearchResults
from actors.domain.documents import Document, Source
from actors.domain.errors import BudgetError
from actors.domain.job import Job, ResearchRequest, Spending
from actors.services.base import Services
from actors.services.embeddings.packing import pack
from actors.services.embeddings.wordllama import WordLlamaEmbedder
from actors.services.llm.base import Completion
from actors.services.nlp.sentences import headed, split_passages
from actors.stages.analyze import AnalyzeStage
from actors.stages.base import Artefacts
from tests.servers.model_answers import answer_text, obey


@dataclass
class Copyist:
    """A model that fills schemas from the prompt; `gullible` obeys orders, `failing` says why by the name of a task.

    `says` are answers by the name of a task; where it is a list, one for each call.
    """

    gullible: bool = False
    failing: dict = field(default_factory=dict)
    says: dict = field(default_factory=dict)
    context_tokens: int = 8_192
    name: str = "copied"
    priced: bool = True
    prompts: list = field(default_factory=list)

    def most(self, prompt):
        size = sum(len(part.encode()) for part in (prompt.system, prompt.user, str(prompt.schema)))
        return Spending(model_calls=1, input_tokens=size, output_tokens=prompt.max_tokens)

    async def complete(self, prompt, *, seconds=None):
        self.prompts.append(prompt)
        await asyncio.sleep(0)
        if prompt.name in self.failing:
            raise self.failing[prompt.name]
        body = {
            "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            "response_format": {"type": "json_schema", "json_schema": {"name": prompt.name, "schema": prompt.schema}},
        }
        said = self.says.get(prompt.name)
        text = said.pop(0) if isinstance(said, list) and said else said or answer_text(body)
        text = obey(text, body) if self.gullible else text
        spent = Spending(model_calls=1, input_tokens=len(prompt.user) // 4, output_tokens=len(text) // 4)
        return Completion(text=text, finish="stop", spent=spent)


class HerePool:
    """Runs at once what others run in processes, and remembers what it was."""

    def __init__(self):
        self.ran = []

    async def run(self, function, *args, **kwargs):
        self.ran.append(function.__name__)
        return function(*args, **kwargs)


@dataclass
class Found:
    """What came of it: the analysis, the passages, the work of the pool, what was told, what was held of the budget."""

    analysis: Analysis
    index: Index
    documents: list
    ran: list
    notes: list


def read(pages, **known):
    return [
        Document(
            source=Source(
                id=f"s{number}", url=f"https://{number}.example/", title=title, language="en", status="read", **known
            ),
            text=text,
        )
        for number, (title, text) in enumerate(pages.items(), 1)
    ]


@pytest.fixture
def copyist():
    return Copyist


@pytest.fixture
def research():
    async def analyse(query, pages, model, questions=(), *, tokens=None, **known):
        pool, notes = HerePool(), []
        embedder = WordLlamaEmbedder(pool)
        documents = read(pages, **known)
        titles = {each.source.id: each.source.title for each in documents}
        passages = [one for each in documents for one in split_passages(each.source.id, each.text)]
        vectors = await embedder.embed([headed(one, titles[one.source_id]) for one in passages])
        index = Index(passages=tuple(passages), model=embedder.model, dimension=256, vectors=pack(vectors))

        async def tell(note):
            notes.append(note)

        async def recall(_request, call, _kind, *, most, spent):
            nonlocal tokens
            if tokens is not None and most.tokens > tokens:
                raise BudgetError("the budget of tokens has no room")
            held = most.tokens
            tokens = None if tokens is None else tokens - held
            answer = await call()
            tokens = None if tokens is None else tokens + held - spent(answer).tokens
            return answer

        services = Services(
            tell=tell,
            recall=recall,
            time_left=lambda: None,
            search={},
            reader=None,
            embedder=embedder,
            local_embedder=embedder,
            vectors=None,
            pool=pool,
            reports=None,
            model=model,
        )
        artefacts = {
            "search:0": SearchResults(questions=(query, *questions), candidates=()),
            "fetch:0": Collection(sources=tuple(each.source for each in documents), documents=tuple(documents)),
            "index:0": index,
        }
        job = Job(job_id="j1", tenant="t", request=ResearchRequest(query=query))
        pool.ran.clear()
        analysis = await AnalyzeStage().work(job, Artefacts(artefacts), services)
        return Found(analysis, index, documents, pool.ran, notes)

    return analyse
