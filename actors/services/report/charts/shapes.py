"""One shape and one colour for each kind of entity, so that colour alone never tells them apart."""

import math

from markupsafe import Markup

from actors.domain.analysis import EntityType

_CORNERS: dict[EntityType, tuple[int, float]] = {
    "person": (0, 0),
    "organization": (4, 45),
    "place": (4, 0),
    "event": (3, 0),
    "work": (5, 0),
    "product": (6, 0),
    "group": (3, 180),
}
"""Corners of a regular polygon, and its turn in degrees; no corner is a circle."""

KINDS: tuple[EntityType, ...] = tuple(_CORNERS)


def shape(kind: EntityType, x: float, y: float, radius: float) -> Markup:
    """The mark of an entity, about `radius` around its middle."""
    corners, turn = _CORNERS[kind]
    if not corners:
        return Markup('<circle class="node %s" cx="%.1f" cy="%.1f" r="%.1f"/>') % (kind, x, y, radius)
    angles = [math.radians(360 * corner / corners + turn - 90) for corner in range(corners)]
    points = " ".join(
        f"{x + radius * 1.15 * math.cos(angle):.1f},{y + radius * 1.15 * math.sin(angle):.1f}" for angle in angles
    )
    return Markup('<polygon class="node %s" points="%s"/>') % (kind, points)
