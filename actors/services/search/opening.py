"""What a provider's file needs to make its source out of the configuration."""

from typing import Protocol

from pydantic import BaseModel

from actors.services.search.client import JsonClient


class Connect(Protocol):
    """Makes a client that is closed with all the others."""

    def __call__(self, *, own: bool) -> JsonClient:
        """A client; `own` where the operator has named the address, which is then asked without a proxy."""
        ...


def is_default(section: type[BaseModel], name: str, value: str) -> bool:
    """Whether the operator has left this setting as it is."""
    return bool(value == section.model_fields[name].default)
