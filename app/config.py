"""What the service can be told beside the engine: where it listens, and who may call it."""

from hashlib import sha256
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from actors.config import EngineConfig, Seconds, Section
from actors.domain.job import Budget

Scope = Literal["read", "write", "ops"]


def _hashed(key: str) -> str:
    return sha256(key.encode()).hexdigest() if key else ""


class ServerConfig(Section):
    """The table [server]."""

    host: str = Field(default="127.0.0.1", min_length=1, description="the address to listen on")
    port: int = Field(default=8000, ge=0, le=65_535, description="its port (0: any free one)")
    drain_seconds: Seconds = Field(default=10.0, description="how long work may go on after a request to stop")
    actors: bool = Field(default=True, description="work on jobs in this process too (false: HTTP only)")


class KeyConfig(Section):
    """One key: `sha256` is the hash of it, in hexadecimal; the key itself is written nowhere.

    `budget` is the most that each job asked for with it may use.
    """

    name: str = Field(min_length=1, max_length=64)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    tenant: str = Field(default="default", pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    scopes: tuple[Scope, ...] = ("read", "write", "ops")
    budget: Budget = Budget()


class AuthConfig(Section):
    """The table [auth]. `api_key` is hashed as it is read."""

    keys: tuple[KeyConfig, ...] = Field(default=(), description="who is let in: name, sha256, tenant, scopes, budget")
    api_key: Annotated[str, AfterValidator(_hashed)] = Field(
        default="", max_length=1_000, description="one more key, with all scopes; better as API_KEY in the environment"
    )
    allow_open: bool = Field(default=False, description="listen on any address even without a key")

    @field_validator("keys")
    @classmethod
    def _distinct(cls, keys: tuple[KeyConfig, ...]) -> tuple[KeyConfig, ...]:
        if len({key.name for key in keys}) < len(keys):
            raise ValueError("two keys have the same name")
        return keys


class AppConfig(EngineConfig):
    """Everything that can be told."""

    server: ServerConfig = ServerConfig()
    auth: AuthConfig = AuthConfig()
