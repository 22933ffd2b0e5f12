"""What a name's own words and its neighbours say of it: where it starts and ends, and what kind of thing it names."""

import re

from actors.domain.analysis import EntityType

HONORIFICS = frozenset(
    {
        "mr", "mrs", "ms", "miss", "dr", "prof", "professor", "sir", "dame", "lord", "lady", "president", "premier",
        "senator", "sen", "rep", "gov", "governor", "mayor", "minister", "chancellor", "king", "queen", "prince",
        "princess", "emperor", "pope", "bishop", "archbishop", "cardinal", "saint", "general", "gen", "colonel", "col",
        "captain", "capt", "lieutenant", "lt", "sergeant", "sgt", "major", "admiral", "judge", "justice", "reverend",
        "rev", "father", "sister", "brother", "ambassador", "secretary", "congressman", "congresswoman", "coach",
        "herr", "frau", "monsieur", "madame", "señor", "señora", "don", "signor", "shah", "sultan", "tsar", "sheikh",
        "author", "actor", "actress", "singer", "writer", "poet", "painter", "physicist", "chemist", "economist",
        "historian", "scientist", "philosopher", "journalist", "critic", "composer", "director", "engineer",
        "spokesman", "spokeswoman", "spokesperson", "biologist", "astronomer", "mathematician", "linguist", "activist",
        "lawyer",
    }
)  # fmt: skip
_STRIPPED = frozenset(
    {"mr", "mrs", "ms", "miss", "dr", "prof", "professor", "president", "premier", "senator", "sen", "rep", "gov",
     "governor", "mayor", "chancellor", "gen", "col", "capt", "lt", "sgt", "rev", "secretary", "congressman",
     "congresswoman", "coach", "herr", "frau", "monsieur", "sir"}
)  # fmt: skip

_ORGANIZATION = """
    university universität université universidad universiteit universidade università college institute institut
    institution agency ministry department office bureau commission committee council association organization
    organisation society foundation corporation corp company inc ltd llc gmbh plc co bank party army navy police
    parliament senate congress court club team orchestra band school academy conservatory laboratory laboratories lab
    library union league federation alliance coalition press hospital group news administration authority service
    network times post tribune gazette herald board trust fund ministry assembly airlines airways motors records
    studios pictures entertainment technologies systems industries holdings partners society choir ensemble
    """
_PLACE = """
    river lake mount mountain mountains sea ocean island islands street avenue road boulevard lane square park bridge
    airport station city county province state states valley desert peninsula bay gulf cape republic kingdom forest
    beach palace castle temple cathedral village town district region coast hill hills plaza tower harbor harbour
    port creek falls canyon reef strait channel highway canal plateau basin volcano glacier emirates territory
    museum stadium cemetery mosque center centre gallery monument memorial house arena theatre theater zoo gardens pier
    reserve municipality planetarium trail neighborhood neighbourhood tomb hall sea
    """
_EVENT = """
    war wars battle revolution olympics festival championship championships cup conference summit election elections
    earthquake hurricane typhoon tsunami massacre crisis uprising rebellion games tournament protests siege invasion
    expedition genocide pandemic epidemic riots disaster crash bombing bombings attacks expo marathon derby
    """
_WORK = "treaty protocol act convention agreement accord accords constitution amendment bill charter declaration"
_KINDS: dict[str, EntityType] = {
    **dict.fromkeys(_PLACE.split(), "place"),
    **dict.fromkeys(_ORGANIZATION.split(), "organization"),
    **dict.fromkeys(_EVENT.split(), "event"),
    **dict.fromkeys(_WORK.split(), "work"),
}
_SHORT_HEADS = frozenset(f"{_WORK} {_EVENT}".split()) - {"constitution", "olympics", "expo", "games"}
_SURNAMES_TOO = frozenset(
    {"hill", "lane", "park", "hall", "forest", "street", "bay", "court", "house", "banks", "palace"}
)
_FIRST_WORDS = frozenset({"lake", "mount", "cape", "port", "gulf", "county", "fort", "isle"})
_CONNECTORS = frozenset({"of", "for", "in", "at", "on", "de", "di", "des", "der", "du", "do", "da", "to", "and"})
_NO_NAMES = """
    ph.d phd m.d b.a m.a bsc msc mba bc ad ce bce am pm gmt utc est usd eur gbp monday tuesday wednesday thursday friday
    saturday sunday january february march april may june july august september october november december i ii iii iv
    isbn issn doi pdf html http https www url abstract introduction references background conclusion conclusions
    methods results discussion figure table section chapter appendix photo image contents overview summary
    """
_OFFICES = """
    administrator inspector protector fellow chief vice deputy assistant commissioner chairman chairwoman speaker
    associate dean rector officer manager editor producer attorney doctor god internet web all yes no oh huh well hello
    north south east west northern southern eastern western northwest northeast southwest southeast
    """
_COMMON_NOUNS = """
    nation group change state federal chamber laughter applause downtown government country city company people
    """
_NAMELESS = frozenset(_NO_NAMES.split())
_NOUNS = frozenset(_COMMON_NOUNS.split())
_COMMON = HONORIFICS | frozenset(_OFFICES.split())
_WORDS = re.compile(r"[^\W_]+(?:[.'’&-][^\W_]+)*\.?")
COMMON_ACRONYM = re.compile(r"[A-Z]{2,}s")
"""A plural of capitals is a kind of thing, not a name: CFCs, NGOs."""
_MODEL_NUMBER = re.compile(r"[A-Z]{1,5}-\d{1,4}[A-Za-z]?")
_LEADING = re.compile(
    r"(?:[^\w]+|(?:the|a|an|this|that|these|those|his|her|its|their|our|my|your|some|both|all|every|and|but|or|in|of"
    r"|by|with|for|from|at|on|to)\s+)+",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"(?:\s?['’][sS]?|[^\w.)]+|(?<=[\w)]{3})\.)$")
_SPEAKS = re.compile(r"\s(?:said|says|told|wrote|writes|argued|argues|explained|added|thinks|died|married|et al)\b")
_MOST_WORDS = 9


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without determiners, possessive endings, stray marks and titles before a person's name.

    May come back empty (`start >= end`).
    """
    lead = _LEADING.match(text, start, end)
    if lead:
        start = lead.end()
    for _ in range(3):
        tail = _TRAILING.search(text[start:end])
        if not tail:
            break
        end = start + tail.start()
    words = list(_WORDS.finditer(text, start, end))
    while len(words) > 1 and words[0].group().lower().rstrip(".") in _STRIPPED:
        words = words[1:]
        start = words[0].start()
    if text.count("(", start, end) != text.count(")", start, end):
        cut = text.find("(", start, end)
        end = start + len(text[start : cut if cut >= 0 else end].rstrip(" )"))
    return start, end


def is_name(name: str) -> bool:
    """Whether it can be a name: a capital, at least two letters, not too long, and no date, degree or heading."""
    words = name.split()
    if not words or len(words) > _MOST_WORDS or name.lower().rstrip(".") in _NAMELESS:
        return False
    if all(word.lower().strip(".") in _COMMON for word in words):
        return False
    letters = sum(character.isalpha() for character in name)
    capital = any(word[:1].isupper() or word[1:2].isupper() for word in words)
    return capital and letters >= max(2, len(name) // 2) and "\n" not in name and "@" not in name


def kind_of(name: str) -> EntityType | None:
    """The type that the head of a name tells: `University of X`, `Lake X`, `X War`; None where it tells nothing."""
    words = name.lower().split()
    if not words[1:]:
        return "product" if _MODEL_NUMBER.fullmatch(name) else None
    head = len(words)
    for at, word in enumerate(words[1:], 1):
        if word in _CONNECTORS:
            head = at
            break
    kind = _KINDS.get(words[head - 1].strip(".,"))
    if kind is None and words[0] in _FIRST_WORDS:
        return "place"
    return kind


def is_common_noun(name: str) -> bool:
    """Whether it is a single noun that speeches and laws write with a capital, and that singles out nothing: Nation."""
    return name.lower() in _NOUNS


def is_head(word: str) -> bool:
    """Whether a single word is what treaties, wars, rivers … are called by: short for one of them, no name itself."""
    return word.lower() in _SHORT_HEADS


def may_be_surname(name: str) -> bool:
    """Whether the word that tells the type of `name` is a family name as well: "Stuart Hall", "Nick Park"."""
    return name.lower().split()[-1] in _SURNAMES_TOO


def kind_by_context(text: str, start: int, end: int) -> EntityType | None:
    """The type that the words around the span tell: a title before it, `in X`, `X said`."""
    before = text[max(0, start - 24) : start].rstrip(" \"“'‘").rsplit(None, 1)
    previous = before[-1].lower().strip(".,") if before else ""
    if previous in HONORIFICS or _SPEAKS.match(text, end):
        return "person"
    if previous in ("in", "near", "throughout", "outside", "downtown"):
        return "place"
    return None
