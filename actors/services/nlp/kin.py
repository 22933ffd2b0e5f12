"""Verbs and nouns that questions and sources use for one another, so that "discovered" finds "first reported"."""

from functools import cache

_GROUPS = """
    discov find found detect identifi observ report reveal notic spot announc recogn uncov
    caus lead led due result trigger blame reason becaus driven destroy damag
    fix repair solv ban heal recov return restor remedi phase
    invent develop creat design devis pioneer inventor
    build built construct erect
    die death dead kill victim casualti fatal perish
    cost price pay paid spend dollar expens
    start begin began launch open establish
    end stop halt cease close abolish
    win won victori champion beat
    increas grow grew rise rose climb growth
    decreas fall fell declin drop shrink shrank
    agre sign adopt ratifi treati accord
    effect affect impact influenc consequ
    reach arriv came
    own bought purchas acquir
    say said state declar
    danger risk hazard threat harm
    larg big size area extent
    car vehicl automobil
    doctor physician
    war conflict fight fought battl
"""


@cache
def _groups() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _GROUPS.split("\n"):
        words = frozenset(line.split())
        for word in words:
            found[word] = found.get(word, frozenset()) | (words - {word})
    return found


def kin(stem: str) -> tuple[str, ...]:
    """The English stems of nearly the same meaning, in alphabetical order; none for most words."""
    return tuple(sorted(_groups().get(stem, ())))
