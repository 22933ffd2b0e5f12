"""The entities that sentences tell of together: a drawing that is the same each time, with labels that can be read."""

from collections.abc import Sequence

from markupsafe import Markup

from actors.domain.analysis import Entity, Relation
from actors.services.report.charts.graph_layout import Box, arranged
from actors.services.report.charts.shapes import KINDS, shape
from actors.services.report.charts.svg import fit, joined, scaled, width
from actors.services.report.wording import line

MOST_NODES = 20
_MOST_EDGES = 48
_WIDTH, _HEIGHT = 400.0, 430.0
_FONT, _LABEL_ROOM = 13.0, 128.0
_SMALLEST, _LARGEST = 6.0, 15.0
_LEGEND_ROW = 20.0


def entity_graph(entities: Sequence[Entity], relations: Sequence[Relation]) -> Markup:
    """The entities most told of among those with a relation; empty where no two are told of together."""
    nodes, edges = _chosen(entities, relations)
    if not edges:
        return Markup("")
    labels = [fit(line(node.name, 60), _FONT, _LABEL_ROOM) for node in nodes]
    radii = _radii(nodes)
    boxes = [Box.around(radius, width(label, _FONT), _FONT) for radius, label in zip(radii, labels, strict=True)]
    links = [(edge.source, edge.target, edge.weight) for edge in edges]
    places = arranged([node.id for node in nodes], boxes, links, (_WIDTH, _HEIGHT))
    drawn = [*(_edge(edge, places) for edge in edges)]
    for node, label, radius in zip(nodes, labels, radii, strict=True):
        drawn.append(_node(node, label, radius, places[node.id]))
    legend, height = _legend(nodes)
    names = ", ".join(line(node.name, 60) for node in nodes)
    return scaled(
        "graph",
        "People, organisations, places and things told of together",
        f"{len(nodes)} names and {len(edges)} links between them: {names}",
        (_WIDTH, _HEIGHT + height),
        joined([*drawn, legend]),
    )


def _chosen(entities: Sequence[Entity], relations: Sequence[Relation]) -> tuple[list[Entity], list[Relation]]:
    known = {entity.id for entity in entities}
    ranked = sorted(relations, key=lambda each: (-each.weight, each.source, each.target, each.label))
    sound = [each for each in ranked if each.source != each.target and {each.source, each.target} <= known]
    linked = {end for each in sound for end in (each.source, each.target)}
    nodes = sorted(
        {entity.id: entity for entity in entities if entity.id in linked}.values(),
        key=lambda each: (-each.mentions, each.name, each.id),
    )[:MOST_NODES]
    kept = {node.id for node in nodes}
    pairs: dict[frozenset[str], Relation] = {}
    for each in sound:
        if {each.source, each.target} <= kept:
            pairs.setdefault(frozenset((each.source, each.target)), each)
    edges = list(pairs.values())[:_MOST_EDGES]
    joined_up = {end for each in edges for end in (each.source, each.target)}
    return [node for node in nodes if node.id in joined_up], edges


def _radii(nodes: Sequence[Entity]) -> list[float]:
    """The area of a node tells how often it is mentioned."""
    most = max(max(node.mentions, 1) for node in nodes)
    return [_SMALLEST + (_LARGEST - _SMALLEST) * (max(node.mentions, 0) / most) ** 0.5 for node in nodes]


def _edge(edge: Relation, places: dict[str, tuple[float, float]]) -> Markup:
    (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
    return Markup('<line class="edge e%d" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>') % (
        min(max(edge.weight, 1), 4),
        x1,
        y1,
        x2,
        y2,
    )


def _node(node: Entity, label: str, radius: float, place: tuple[float, float]) -> Markup:
    x, y = place
    text = Markup('<text class="mid" x="%.1f" y="%.1f" font-size="%s">%s</text>') % (
        x,
        y + radius + _FONT,
        _FONT,
        label,
    )
    return shape(node.type, x, y, radius) + text


def _legend(nodes: Sequence[Entity]) -> tuple[Markup, float]:
    """One row or two that tell the kinds; and how high they are."""
    x, row = 8.0, 1
    drawn = []
    for kind in (each for each in KINDS if any(node.type == each for node in nodes)):
        wide = width(kind, _FONT) + 26
        if x + wide > _WIDTH:
            x, row = 8.0, row + 1
        y = _HEIGHT + row * _LEGEND_ROW - 4
        drawn.append(shape(kind, x + 6, y, 6))
        drawn.append(Markup('<text class="note" x="{:.1f}" y="{:.1f}">{}</text>').format(x + 17, y + 4, kind))
        x += wide
    return joined(drawn), row * _LEGEND_ROW + 6
