"""How a ChromaDB server is spoken to: every call ends in time, in an answer of the kind that was asked for.

Every call is one that may be repeated: nothing is lost or doubled when its answer is.
"""

from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import aiohttp
from pydantic import BaseModel, RootModel, ValidationError
from yarl import URL

from actors.domain.errors import TransientError

READ_SECONDS = 10.0
COLLECTIONS = "tenants/default_tenant/databases/default_database/collections"

Answer = TypeVar("Answer", bound=BaseModel)


class Abilities(BaseModel):
    """What a server says of itself; one that takes no base64 is older than this client."""

    supports_base64_encoding: Literal[True]


class Handle(BaseModel):
    """A collection's handle on the server."""

    id: str
    name: str
    metadata: dict[str, Any] | None = None

    @property
    def path(self) -> str:
        """Where its rows are."""
        return f"{COLLECTIONS}/{self.id}"


class Done(BaseModel):
    """Any answer."""


class Near(BaseModel):
    """What a query found, a list for each vector asked for."""

    metadatas: list[list[dict[str, Any]]]
    documents: list[list[str | None]]
    distances: list[list[float]]


class Number(RootModel[int]):
    """How many rows there are."""


class Got(BaseModel):
    """The rows that a filter has let through."""

    metadatas: list[dict[str, Any]]
    documents: list[str | None]


class Ids(BaseModel):
    """The rows of those asked for that there are."""

    ids: list[str]


class Failure(BaseModel):
    """What a server says of what it has not done."""

    error: str


class NotThereError(TransientError):
    """The server is a ChromaDB, and has no such collection."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A server's address, and the connections to it."""

    session: aiohttp.ClientSession
    url: URL

    @property
    def host(self) -> str:
        """The server's name and port."""
        return self.url.authority

    async def call(
        self, method: str, path: str, body: dict[str, Any] | None, kind: type[Answer], *, seconds: float = READ_SECONDS
    ) -> Answer:
        """What the server answers.

        Raises:
            NotThereError: it has no such collection.
            TransientError: it does not answer within `seconds`, or not in this way.
        """
        limit = aiohttp.ClientTimeout(total=seconds)
        try:
            async with self.session.request(method, self.url / path, json=body, timeout=limit) as response:
                text = await response.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = str(error) or f"no answer within {seconds:g} s"
            raise TransientError(f"the ChromaDB server {self.host} does not answer: {reason}") from error
        if not response.ok:
            if _is_missing(text):
                raise NotThereError(f"the ChromaDB server {self.host} has no {path}")
            raise TransientError(f"the ChromaDB server {self.host} says {response.status}: {text[:200]}")
        try:
            return kind.model_validate_json(text)
        except ValidationError as error:
            raise TransientError(f"{self.host} does not answer as ChromaDB 1.5 does: {text[:200]}") from error


def _is_missing(text: str) -> bool:
    try:
        return Failure.model_validate_json(text).error == "NotFoundError"
    except ValidationError:
        return False
