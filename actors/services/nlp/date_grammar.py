"""The shapes that dates are written in, as patterns that need no look at what stands far away, and their words."""

import re


def _numbered(words: str, start: int = 1) -> dict[str, int]:
    return {name: number for number, names in enumerate(words.split(), start) for name in names.split("/")}


MONTHS = (
    _numbered("january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sep/sept"
              " october/oct november/nov december/dec")
    | _numbered("januar/jänner februar märz - mai juni juli - - oktober - dezember")
    | _numbered("janvier février mars avril - juin juillet août septembre octobre novembre décembre")
    | _numbered("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
)  # fmt: skip
WEEKDAYS = _numbered("monday tuesday wednesday thursday friday saturday sunday", 0)
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
NUMBERS = _numbered(
    "a/an/one two/couple three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty"
)
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
TENS = {word: 10 * number for number, word in enumerate(_TENS.split("|"), 2)}
ORDINALS = _numbered(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
    " sixteenth seventeenth eighteenth nineteenth twentieth twenty-first"
)
DECADES = _numbered("- twenties thirties forties fifties sixties seventies eighties nineties")

FULL_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_SHORT_MONTH = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
_MONTH = rf"(?:{FULL_MONTH}|{FULL_MONTH.upper()}|(?:{_SHORT_MONTH}|{_SHORT_MONTH.upper()})\b\.?)"
_FOREIGN = (
    "Januar|Jänner|Februar|März|Mai|Juni|Juli|Oktober|Dezember|janvier|février|mars|avril|mai|juin|juillet|août"
    "|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
)
_GERMAN = "(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\\b"
_ANY_MONTH = rf"(?:{_MONTH}|{_FOREIGN})"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_TH = r"(?:st|nd|rd|th)?"
_YEAR4 = r"(?:1\d{3}|20\d\d|2100)"
_DATED_YEAR = rf"(?P<year>{_YEAR4}|[1-9]\d{{2}}(?=\s?(?:[.,;:)\]–]|AD|CE|BC|$)))(?!\d|[,.]\d)"
_ERA = r"(?:\s?(?P<era>BCE?|B\.C\.(?:E\.)?|CE|AD|A\.D\.)(?!\w))?"
_DASH = r"\s?(?:[-–—]|/|to|and|or|until|through|&)\s?"
_COUNT = (
    rf"(?P<count>\d{{1,3}}|(?:{_TENS})[\s-](?:one|two|three|four|five|six|seven|eight|nine)|{_TENS}|an?|one|two|three|four"
    r"|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    r"|a couple of)"
)

DAY_MONTH = re.compile(
    rf"(?<![\w.,/:-])(?:(?P<from>{_DAY}){_TH}\.?{_DASH})?(?P<day>{_DAY})(?:st|nd|rd|th|er|º|\.(?=\s{_GERMAN}))?(?:\s+day)?"
    rf"(?:\s+(?:of|de)|\s+d[’'])?[ -]?(?P<month>{_ANY_MONTH})(?!\w)"
    rf"(?:(?:,?\s+(?:of\s+|del?\s+)?|-){_DATED_YEAR}{_ERA})?"
)
MONTH_DAY = re.compile(
    rf"(?<!\w)(?P<month>{_MONTH})\s+(?:the\s+)?(?P<day>{_DAY}){_TH}(?!\w|[:.]\d|,\d{{3}}(?!\d))"
    rf"(?:{_DASH}(?P<to>{_DAY}){_TH}(?!\w|:\d))?(?:,?\s+{_DATED_YEAR}{_ERA})?"
)
MONTH_YEAR = re.compile(
    rf"(?<!\w)(?P<month>{_ANY_MONTH})(?:{_DASH}(?P<to>{_ANY_MONTH}))?"
    rf"(?:,|,?\s+of|\s+in|\s+de)?[ -](?:{_DATED_YEAR}{_ERA}|(?P<same>(?:of\s)?(?:the\ssame|that)\syear))"
)
MONTH = re.compile(rf"(?<!\w)(?P<month>{FULL_MONTH})(?!\w|['’]s?\w)")
ISO = re.compile(
    r"(?<![\w./-])(?P<year>1\d{3}|20\d\d)(?P<dash>[-/.])(?P<month>\d{1,2})(?P=dash)(?P<day>\d{1,2})(?!\d|[-/]\d)"
)
NUMERIC = re.compile(
    r"(?<![\w./-])(?P<first>\d{1,2})(?P<dash>[./-])(?P<second>\d{1,2})(?P=dash)(?P<year>\d{4}|\d{2})(?!\w|[./-]\d)"
)
YEAR = re.compile(
    rf"(?:(?<![\w$€£¥#@:/.,+-])|(?<=[a-z]-))(?P<year>{_YEAR4})(?:(?P<decade>['’]?s)(?!\w)|(?P<dash>[-–—/])(?P<to>{_YEAR4}|\d\d)"
    r"(?![\w]|[-–/.,]\d))?(?![\d%°²]|[a-eg-z]\w|[A-Z]|[,.:/]\d|-\d|['’]\w)"
)
SPACED_RANGE = re.compile(r"\s[-–—]\s(?P<to>\d\d)(?=[.,;:)\]](?!\d)|$)")
ANCIENT = re.compile(
    r"(?<![\w.,/-])(?:(?P<ad>AD|A\.D\.)\s?(?P<after>[1-9]\d{0,3})(?!\d)|(?P<year>[1-9]\d{0,3})"
    r"(?:\s?[-–—]\s?(?P<to>[1-9]\d{0,3}))?\s?(?P<era>BCE?|B\.C\.(?:E\.)?|CE|AD|A\.D\.)(?!\w))"
)
BARE_ANCIENT = re.compile(
    r"(?<=\s)(?P<year>[1-9]\d{1,2})(?!\s?(?:BC|B\.C|CE|C\.E|AD|A\.D))(?:\s?[-–]\s?(?P<to>[1-9]\d{2}))?"
    r"(?=[.,;:)](?!\d)|$|\s?[–-]\s|\s(?:and|he|she|they|it|when|by|to|until|the|at|in|as|was|with|became|[A-Z]\w+)\b)"
)
ANCIENT_LIFE = re.compile(r"\((?:born\s)?ca?\.\s?[1-9]\d{1,2}\s?[–-]\s?(?:ca?\.\s?)?[1-9]\d{1,2}\)")
CENTURY = re.compile(
    r"(?<!\w)(?P<first>\d{1,2}(?:st|nd|rd|th)|[a-z]+(?:-first)?)"
    rf"(?:{_DASH}(?:the\s)?(?P<to>\d{{1,2}}(?:st|nd|rd|th)|[a-z]+th))?[\s-]+[Cc]entur(?:y|ies){_ERA}(?!\w)"
)
SHORT_DECADE = re.compile(r"(?<![\w$€£])(?P<decade>[2-9]0)['’]?s(?!\w)")
DECADE_WORD = re.compile(r"(?<=[Tt]he )(?P<word>[a-z]+ties)(?!\w)")
WEEKDAY = re.compile(r"(?<!\w)(?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)(?!\w)")
SEASON = re.compile(
    rf"(?<!\w)(?P<season>[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter)(?:\s+of|\s+in)?\s+(?P<year>{_YEAR4}|[3-9]\d\d(?=\s[-–]))"
    r"(?:\s?[-–/]\s?(?P<to>\d{2,4}))?(?![\w])"
)
NEAR_DAY = re.compile(r"(?<!\w)(?P<word>[Yy]esterday|[Tt]oday|[Tt]onight|[Tt]omorrow)(?!\w|['’]\w)")
THIS_UNIT = re.compile(
    r"(?<!\w)(?P<which>[Tt]his(?:\spast|\scoming)?|[Ll]ast|[Nn]ext|[Pp]ast)\s"
    r"(?P<unit>day|night|morning|afternoon|evening|week|weekend|month|year|spring|summer|autumn|fall|winter)(?!\w)"
)
AGO = re.compile(rf"(?<![\w,.–-]){_COUNT}\s(?P<unit>day|week|month|year|decade)s?\sago(?!\w)", re.IGNORECASE)
LATER = re.compile(
    rf"(?<![\w,.–-]){_COUNT}\s(?P<unit>day|month|year)s?\s(?P<way>later|earlier|before|afterwards)(?!\w)", re.IGNORECASE
)
THAT_YEAR = re.compile(
    r"(?<!\w)(?:(?P<same>[Tt]hat(?:\ssame)?|[Tt]he\ssame)|[Tt]he\s(?P<way>following|next|previous|preceding))\s"
    r"(?P<unit>day|morning|month|year)(?!\w)|(?<!\w)[Tt]he\syear\s(?P<before>before)(?!\w)"
)
NAMED = re.compile(r"(?<![\w/.])9/11(?![\w/])")
LINK = re.compile(r",?\s?(?:[-–—]|to|and|or|until|through|&|,)\s(?:(?:the|on)\s)?")


def number_named(written: str) -> int | None:
    """As in "12", "twelve", "a couple of", "thirty-four"."""
    word = written.removeprefix("a ").removesuffix(" of")
    if word.isdigit():
        return int(word)
    tens, _, ones = word.replace("-", " ").partition(" ")
    return TENS[tens] + (NUMBERS[ones] if ones else 0) if tens in TENS else NUMBERS.get(word)
