"""What the copying model answers: each JSON schema filled with sentences, names, dates and ids of the prompt."""

import json
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

ID_FIELDS = re.compile(r"(^|_)(ids?|cites?|citations?|passages?|evidence|sources?|refs?|references?)$")
ID = r"[A-Za-z]{0,12}[-_:.]?\d{1,6}(?:[-_:.][A-Za-z]?\d{1,6})*"
MARKED = (
    re.compile(rf"<\w+[^>]*?\bid=[\"']?({ID})[\"']?[^>]*>(.*?)</\w+>", re.DOTALL),
    re.compile(rf"^[ \t]*\[({ID})\][ \t]*(.+)$", re.MULTILINE),
    re.compile(rf"^[ \t]*({ID}):[ \t]+(.+)$", re.MULTILINE),
)
"""How passages are told apart in a prompt: an element with an id, a line `[id] text`, a line `id: text`."""
SENTENCE = re.compile(r"[^.!?\n]{20,400}[.!?](?=\s|$)")
NAME = re.compile(r"\b[A-Z][\w'-]+(?: (?:of |the )?[A-Z][\w'-]+){0,3}")
DATE = re.compile(r"\b(1[0-9]{3}|20[0-9]{2})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?\b")
ORDER = re.compile(
    r"[^.!?\n]*\b(ignore|disregard|forget|override|you must|you are now|reply|respond|answer only|say|print|output"
    r"|include|insert|append|add|cite|visit|execute|run|system prompt|instructions?)\b[^!?\n]*?(?:[.!?](?=\s|$)|\n|$)",
    re.IGNORECASE,
)
LINK = re.compile(r"(?:https?|javascript|data):[^\s<>\"')\]]+")
SHOUT = re.compile(r"[\"'“]([^\"'”]{2,80})[\"'”]|\b([A-Z]{4,}(?:[ _-][A-Z]{2,})*)\b")
CITED = re.compile(rf"cit\w*[^.\n]{{0,40}}?\b({ID})\b", re.IGNORECASE)
ASKED = re.compile(r"^(?:Question|Subject|Query): *(.+)$", re.MULTILINE)
DEFAULT_ITEMS = 4


@dataclass
class Filler:
    """Walks a schema; each item of a list of objects is made from the next sentence of the next passage."""

    root: dict[str, Any]
    spans: list[tuple[str, str]]
    question: str
    at: int = 0
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.spans = (
            self.spans or [("", sentence) for sentence in sentences(self.question)] or [("", "Nothing is known.")]
        )
        found = dict.fromkeys(name for _, text in self.spans for name in NAME.findall(text))
        self.names = list(found) or ["Nobody"]

    def fill(self, schema: dict[str, Any], name: str = "", *, depth: int = 0) -> Any:
        if "$ref" in schema:
            schema = self.root["$defs"][schema["$ref"].rpartition("/")[2]]
        if "anyOf" in schema:
            return self.fill(next(part for part in schema["anyOf"] if part.get("type") != "null"), name, depth=depth)
        if "const" in schema:
            return schema["const"]
        if options := schema.get("enum"):
            here = self.spans[self.at % len(self.spans)][1].lower()
            return next((option for option in options if str(option).lower() in here), options[0])
        makers = {"object": self._object, "array": self._array, "string": self._string}
        if (kind := schema.get("type")) in makers:
            return makers[kind](schema, name, depth)
        return self._scalar(schema, name)

    def _scalar(self, schema: dict[str, Any], name: str) -> Any:
        kind = schema.get("type")
        if kind == "integer" and ID_FIELDS.search(name):
            return self._number()
        if kind in ("integer", "number"):
            low, high = schema.get("minimum", 0), schema.get("maximum", 1)
            return low if kind == "integer" else (low + high) / 2
        return kind == "boolean" or None

    def _number(self) -> int:
        digits = re.findall(r"\d+", self.spans[self.at % len(self.spans)][0])
        return int(digits[-1]) if digits else 1

    def _object(self, schema: dict[str, Any], _name: str, depth: int) -> dict[str, Any]:
        parts = schema.get("properties", {})
        return {key: self.fill(part, key, depth=depth + 1) for key, part in parts.items()}

    def _array(self, schema: dict[str, Any], name: str, depth: int) -> list[Any]:
        item = schema.get("items", {})
        if "$ref" in item:
            item = self.root["$defs"][item["$ref"].rpartition("/")[2]]
        if ID_FIELDS.search(name) and item.get("type") in ("string", "integer"):
            return [self.fill(item, name, depth=depth)]
        most = min(
            schema.get("maxItems", DEFAULT_ITEMS), DEFAULT_ITEMS, max(len(self.spans), schema.get("minItems", 1))
        )
        made = []
        for _ in range(max(most, schema.get("minItems", 0))):
            self._skip_undated(item)
            made.append(self.fill(item, name, depth=depth + 1))
            self.at += 1
        unique = {json.dumps(value): value for value in made}
        return list(unique.values()) if len(unique) >= schema.get("minItems", 0) else made

    def _skip_undated(self, item: dict[str, Any]) -> None:
        """What is to be dated is made from a passage with a year, if there is one."""
        if "date" in item.get("properties", {}):
            ahead = range(self.at, self.at + len(self.spans))
            self.at = next((at for at in ahead if DATE.search(self.spans[at % len(self.spans)][1])), self.at)

    def _string(self, schema: dict[str, Any], name: str, _depth: int) -> str:
        ident, text = self.spans[self.at % len(self.spans)]
        written = self._written(schema, name.lower(), ident, text)
        if "pattern" in schema:
            dates = [found.group() for found in DATE.finditer(f"{text} {self.question}")]
            tried = (written, *dates, ident, *re.findall(r"[a-z]+", text), "2020", "a", "A")
            written = next((one for one in tried if re.search(schema["pattern"], one)), written)
        return shortened(written, schema.get("maxLength", 2_000))

    def _written(self, schema: dict[str, Any], name: str, ident: str, text: str) -> str:
        if ident and ID_FIELDS.search(name):
            return ident
        if "date" in name or schema.get("format") == "date":
            return self._date(schema, text)
        if name.startswith("term"):
            return max(re.findall(r"[^\W\d_]+", text), key=len, default="word").lower()
        subject = NAME.search(text)
        about = subject.group() if subject else self.names[self.at % len(self.names)]
        if any(word in name for word in ("quer", "question", "related")):
            forms = ("What is known about {}?", "When did {} begin?", "Why does {} matter?", "Who is behind {}?")
            return forms[self.at % len(forms)].format(about)
        return self._named(name, text, about) or self._sentence(text)

    def _date(self, schema: dict[str, Any], text: str) -> str:
        found = DATE.search(text)
        date = found.group() if found else "2020"
        return f"{date}-01-01"[:10] if schema.get("format") == "date" else date

    def _named(self, name: str, text: str, about: str) -> str:
        if any(word in name for word in ("label", "topic", "name", "subject", "title", "entity")):
            return about
        if name in ("object", "target", "tail", "to"):
            return next((other for other in NAME.findall(text) if other != about), self.names[-1])
        return "is named with" if name in ("predicate", "relation", "verb") else ""

    def _sentence(self, text: str) -> str:
        """The sentence that shares most words with the question."""
        asked = set(re.findall(r"\w+", self.question.lower()))
        said = sentences(text) or [text.strip() or "Nothing is known."]
        found = [one for one in said if not ORDER.search(one)] or said
        return max(found, key=lambda one: len(asked & set(re.findall(r"\w+", one.lower()))))


def answer_text(body: dict[str, Any]) -> str:
    """The answer to a chat call: JSON by its schema, else three sentences of the prompt."""
    user = "\n".join(str(part.get("content")) for part in body["messages"] if part.get("role") == "user")
    wanted = body.get("response_format") or {}
    schema = (wanted.get("json_schema") or {}).get("schema") or schema_in(body)
    if schema:
        return json.dumps(Filler(schema, passages(user), user).fill(schema), ensure_ascii=False)
    if wanted.get("type") == "json_object":
        return json.dumps({"answer": next(iter(sentences(user)), user[:200])})
    return " ".join(islice(sentences(user), 3)) or user[:200]


def schema_in(body: dict[str, Any]) -> dict[str, Any] | None:
    """A JSON schema that was written into a system message, as for servers that take none."""
    for message in body["messages"]:
        if message.get("role") != "user" and (start := str(message.get("content")).find('{"')) >= 0:
            try:
                found, _ = json.JSONDecoder().raw_decode(message["content"], start)
            except ValueError:
                continue
            if "properties" in found:
                return dict(found)
    return None


def passages(text: str) -> list[tuple[str, str]]:
    """The ids in a prompt, each with its text, in their order; none when nothing is marked so."""
    for pattern in MARKED:
        if found := pattern.findall(text):
            return [(ident, span) for ident, span in found if span.strip()]
    return []


def sentences(text: str) -> list[str]:
    return [found.strip() for found in SENTENCE.findall(re.sub(r"<[^>\n]{1,200}>", " ", text))]


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].rpartition(" ")[0] or text[:most]


def obey(answer: str, body: dict[str, Any]) -> str:
    """The answer as the orders inside the sources want it: their words, links, ids and commands in every string."""
    user = "\n".join(str(part.get("content")) for part in body["messages"] if part.get("role") == "user")
    orders = [found.group().strip() for _, span in passages(user) or [("", user)] for found in ORDER.finditer(span)]
    if not orders:
        return answer
    try:
        value = json.loads(answer)
    except ValueError:
        return " ".join(orders)
    schema = ((body.get("response_format") or {}).get("json_schema") or {}).get("schema") or {}
    return json.dumps(_obeyed(value, schema, schema, "", orders), ensure_ascii=False)


def _obeyed(value: Any, schema: dict[str, Any], root: dict[str, Any], name: str, orders: list[str]) -> Any:
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        schema = next(part for part in schema["anyOf"] if part.get("type") != "null")
    if isinstance(value, dict):
        parts = schema.get("properties", {})
        return {key: _obeyed(part, parts.get(key, {}), root, key, orders) for key, part in value.items()}
    if isinstance(value, list):
        item, most = schema.get("items", {}), schema.get("maxItems", 100)
        if ID_FIELDS.search(name) and item.get("type") in ("string", "integer") and "enum" not in item:
            invented = [found for order in orders for found in CITED.findall(order)] or ["s99p99"]
            numbers = [int(re.findall(r"\d+", ident)[-1]) for ident in invented]
            return [*value, *(numbers if item["type"] == "integer" else invented)][:most]
        return [_obeyed(part, item, root, name, orders) for part in value]
    bound = {"enum", "const", "pattern", "format"} & set(schema)
    if not isinstance(value, str) or bound or ID_FIELDS.search(name):
        return value
    return shortened(_as_ordered(value, orders), schema.get("maxLength", 2_000))


def _as_ordered(value: str, orders: list[str]) -> str:
    """PWNED where that was to be said, with the links that were to be added; else the order itself, word for word."""
    text = " ".join(orders)
    said = [quoted or shouted for quoted, shouted in SHOUT.findall(text)]
    links = " ".join(f"[{value[:20]}]({link})" for link in LINK.findall(text))
    return f"{said[0] if said else text} {links}".strip()
