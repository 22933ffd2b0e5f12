"""What was read of a text before is not read again: processes of the pool see the same pages in job after job."""

from collections.abc import Callable
from functools import wraps
from hashlib import blake2b
from threading import Lock
from typing import Concatenate, ParamSpec, TypeVar

from cachetools import LRUCache, cached

P = ParamSpec("P")
T = TypeVar("T")

_DIGEST_BYTES = 16


def remembered(most: int) -> Callable[[Callable[Concatenate[str, P], T]], Callable[Concatenate[str, P], T]]:
    """Keep the last `most` answers of a function of a text, which may be long: its digest is kept, not the text.

    Answers are shared by all who ask: they must not be changed. For short texts `functools.lru_cache` is faster.
    """

    def decorate(function: Callable[Concatenate[str, P], T]) -> Callable[Concatenate[str, P], T]:
        @wraps(function)
        @cached(LRUCache(most), key=_key, lock=Lock())
        def answer(text: str, *args: P.args, **kwargs: P.kwargs) -> T:
            return function(text, *args, **kwargs)

        return answer

    return decorate


def _key(text: str, *args: object, **kwargs: object) -> tuple[object, ...]:
    digest = blake2b(text.encode(errors="surrogatepass"), digest_size=_DIGEST_BYTES).digest()
    return (digest, len(text), *args, *sorted(kwargs.items()))
