"""Which collection is a tenant's, and whose vectors are in it: those of two models are never mixed."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from actors.domain.errors import PermanentError

SPACE = "cosine"


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
    """The tenant's collection, and what it was called before; hashed, for a name may hold few letters."""
    name = f"tenant-{sha256(tenant.encode(errors='surrogatepass')).hexdigest()[:24]}"
    return name, f"{name}-{UNNAMED.model}"


def made_by(metadata: Mapping[str, Any] | None) -> MadeBy:
    """Whose vectors a collection holds."""
    said = metadata or {}
    return MadeBy(str(said.get("model", UNNAMED.model)), int(said.get("dimension", UNNAMED.dimension)))


def other_model(name: str, place: str, *, kept: MadeBy, wanted: MadeBy) -> PermanentError:
    """The error that stands in the way of mixing."""
    return PermanentError(
        f"embeddings: the passages kept so far have vectors of {kept}, the service now makes those of {wanted}, which "
        f"cannot be compared. Set [embeddings] back, or start anew: delete the jobs that were made with {kept.model}, "
        f"or the collection {name} in {place}"
    )
