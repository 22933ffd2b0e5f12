"""What a search provider promises: a list of hits, best first, or an error that says what to do about it."""

from typing import Protocol

from actors.domain.documents import Hit


class SearchProvider(Protocol):
    """One place to search."""

    @property
    def name(self) -> str:
        """The provider's name in requests and reports."""
        ...

    async def search(self, query: str, *, limit: int) -> list[Hit]:
        """At most `limit` hits for `query`, best first; an empty list where nothing matches.

        Raises:
            TransientError: the provider cannot answer now.
            PermanentError: it never will with these settings.
        """
        ...
