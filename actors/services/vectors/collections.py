"""Which collections are a tenant's, and whose vectors are in them: those of two models are never mixed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from actors.domain.errors import PermanentError
from actors.services.embeddings.base import Vectors
from actors.services.vectors.rows import Stored

HNSW: dict[str, str | int] = {"space": "cosine", "ef_construction": 40, "ef_search": 400}
"""How passages are indexed: with less care than ChromaDB's 100 while adding and more than its 100 while searching. Of
5,690 passages this finds 99% of the nearest 10 and 95% of the nearest 200, where ChromaDB's own finds 98 and 93%."""


@dataclass(frozen=True, slots=True)
class Found:
    """A row of a collection; `document` is set in old ones, `distance` where likeness was asked for."""

    values: Mapping[str, Any]
    document: str | None = None
    distance: float = 0.0


class Collection(Protocol):
    """Rows with an id, values and a vector each. A filter (`where`) is one of ChromaDB's, on the values."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def metadata(self) -> Mapping[str, Any] | None:
        """What it says of itself."""
        ...

    async def count(self) -> int:
        """How many rows there are."""
        ...

    async def put(self, ids: Sequence[str], rows: Sequence[Stored], vectors: Vectors) -> None:
        """Add rows, or replace those of the same ids."""
        ...

    async def there(self, ids: Sequence[str]) -> set[str]:
        """Which of these rows there are."""
        ...

    async def ids(self, where: Mapping[str, Any], *, limit: int | None = None) -> list[str]:
        """Which rows there are; takes a fifth of the time of `get`."""
        ...

    async def get(self, where: Mapping[str, Any]) -> list[Found]:
        """Rows, in no order."""
        ...

    async def pick(self, ids: Sequence[str]) -> list[Found]:
        """Those of these rows that there are, in no order."""
        ...

    async def near(self, vector: Vectors, limit: int, where: Mapping[str, Any] | None) -> list[Found]:
        """The rows nearest to `vector`, best first."""
        ...

    async def delete(self, where: Mapping[str, Any]) -> None:
        """Forget rows."""
        ...

    async def remove(self, ids: Sequence[str]) -> None:
        """Forget these rows."""
        ...


class Database(Protocol):
    """Collections by name; `place` tells people where it is. Its calls raise TransientError, as `base.VectorStore`."""

    @property
    def place(self) -> str:
        """The folder or the server."""
        ...

    async def find(self, name: str) -> Collection | None:
        """The collection, asked for each time: others make and drop some, and a server may come back empty."""
        ...

    async def make(self, name: str, metadata: Mapping[str, str | int] | None, hnsw: Mapping[str, Any]) -> Collection:
        """A new collection, or the one that another has just made."""
        ...

    async def drop(self, name: str) -> None:
        """Forget the collection with all that is in it."""
        ...


@dataclass(frozen=True, slots=True)
class MadeBy:
    """The model that made a collection's vectors, and their size."""

    model: str
    dimension: int

    def __str__(self) -> str:
        return f"{self.model} ({self.dimension} dimensions)"

    @property
    def metadata(self) -> dict[str, str | int]:
        """How a collection says it."""
        return {"model": self.model, "dimension": self.dimension}


UNNAMED = MadeBy("wordllama-256", 256)
"""Before collections said what made them there was this model alone, and it stood in their names."""


def names(tenant: str) -> tuple[str, str]:
    """The tenant's passages, and what they were called before; hashed, for a name may hold few letters."""
    name = f"tenant-{sha256(tenant.encode(errors='surrogatepass')).hexdigest()[:24]}"
    return name, f"{name}-{UNNAMED.model}"


def claims_name(tenant: str) -> str:
    """Where it is kept which job has which version of a page."""
    return f"{names(tenant)[0]}-claims"


def made_by(collection: Collection) -> MadeBy:
    """Whose vectors a collection holds."""
    said = collection.metadata or {}
    return MadeBy(str(said.get("model", UNNAMED.model)), int(said.get("dimension", UNNAMED.dimension)))


async def existing(database: Database, tenant: str) -> Collection | None:
    """The tenant's passages, or None."""
    for name in names(tenant):
        if (collection := await database.find(name)) is not None:
            return collection
    return None


async def fitting(database: Database, tenant: str, wanted: MadeBy) -> Collection | None:
    """The tenant's passages; None where there are none, or were some of another model that are all gone.

    Raises:
        PermanentError: there are some of another model.
    """
    collection = await existing(database, tenant)
    if collection is None or made_by(collection) == wanted:
        return collection
    if await collection.count():
        raise _other_model(database, collection, wanted)
    await database.drop(collection.name)
    return None


async def make_fitting(database: Database, tenant: str, wanted: MadeBy) -> Collection:
    """The same, made where there is none.

    Raises:
        PermanentError: there are some of another model, or another host has been quicker with one.
    """
    if (collection := await fitting(database, tenant, wanted)) is not None:
        return collection
    collection = await database.make(names(tenant)[0], wanted.metadata, HNSW)
    if made_by(collection) != wanted:
        raise _other_model(database, collection, wanted)
    return collection


def _other_model(database: Database, collection: Collection, wanted: MadeBy) -> PermanentError:
    kept = made_by(collection)
    return PermanentError(
        f"embeddings: the passages kept so far have vectors of {kept}, the service now makes those of {wanted}, which "
        f"cannot be compared. Set [embeddings] back, or start anew: delete the jobs that were made with {kept.model}, "
        f"or the collection {collection.name} in {database.place}"
    )
