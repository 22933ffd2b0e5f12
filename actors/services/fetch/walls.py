"""How sites keep readers out, in their own words and headers: robot checks, logins, paywalls, consent, scripts."""

import re
from collections.abc import Mapping

ROBOT_CHECK = "shows a check against robots instead of its text"
PAYWALL = "shows only a teaser before its paywall"
CONSENT = "shows a question about cookies instead of its text"
SCRIPT = "needs JavaScript to show its text"
LOGIN = "asks for a login instead of showing its text"

REFUSED_STATUSES = frozenset({401, 402, 403, 405, 406})
"""Those whose body may tell more of the reason."""


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


_ROBOT_CHECK = _any(
    r"(?:verify|verifying|confirm|prove)(?: that)? you(?:'re|’re| are) (?:a |not a )?(?:human|robot|bot)\b",
    r"are you a (?:human|robot)\b",
    r"unusual (?:traffic|activity) from",
    r"(?:complete|solve|enter) (?:the|a|this) (?:re)?captcha",
    r"checking (?:your browser|if the site connection is secure)",
    r"attention required!? \| cloudflare",
    r"just a moment\.\.\.",
    r"\bray id:",
    r"cdn-cgi/challenge-platform|/_incapsula_resource|geo\.captcha-delivery\.com|px-captcha|hcaptcha\.com/1/api\.js",
    r"request unsuccessful\. incapsula",
    r"(?:pardon|excuse) our interruption",
    r"access (?:to this page|to this site) (?:has been|was|is) denied",
    r"you have been blocked",
    r"automated (?:access|queries|requests)",
    r"press (?:&|&amp;|and) hold",
    r"bestätigen sie, dass sie (?:ein mensch|kein (?:ro)?bot)",
    r"vérifi(?:er|ez|cation) que vous êtes (?:bien )?(?:un )?humain",
)
_SCRIPT = _any(
    r"(?:enable|activate|turn on|switch on|requires?|needs?) java ?script",
    r"java ?script (?:is|seems to be|must be|has to be|needs to be) "
    r"(?:disabled|required|turned off|not (?:enabled|available)|enabled)",
    r"(?:please|without) (?:enable |enabling )?(?:js|java ?script)\b",
    r"java ?script (?:aktivieren|einschalten|ist deaktiviert|muss)",
    r"activ(?:er|ez) (?:le )?java ?script",
    r"(?:browser|version) is (?:not|no longer) supported",
)
_CONSENT = _any(
    r"(?:we|this (?:web)?site)(?:,)? (?:and our (?:\d+ )?partners,? )?(?:use|store)s? (?:and/or access |or access )?"
    r"(?:cookies|information on a device)",
    r"(?:accept|reject|allow) (?:all )?cookies",
    r"manage (?:your )?(?:cookie|privacy) (?:settings|preferences|choices)",
    r"before you continue to \w+",
    r"we (?:value|respect|care about) your privacy",
    r"(?:wir|diese (?:web)?seite) (?:und unsere partner )?(?:verwenden|verwendet|nutzen|nutzt) cookies",
    r"alle(?: cookies)? (?:akzeptieren|annehmen)",
    r"nous (?:et nos (?:\d+ )?partenaires )?utilisons des cookies|tout accepter",
)
_LOGIN = _any(
    r"(?:log|sign) ?in to (?:your account|continue|proceed|facebook|x\b|twitter|linkedin|instagram)",
    r"you (?:must|need to|have to|are required to) (?:be logged in|log ?in|sign ?in|register)",
    r"(?:forgot|forgotten|reset) (?:your |my )?password",
    r"(?:enter|type) your (?:user ?name|e-?mail(?: address)?) and password",
    r"passwort vergessen|mot de passe oublié|contraseña olvidada|¿olvid(?:ó|aste) (?:su|tu) contraseña",
)
WALLS = ((ROBOT_CHECK, _ROBOT_CHECK), (SCRIPT, _SCRIPT), (LOGIN, _LOGIN), (CONSENT, _CONSENT))
_PAYWALL = _any(
    r"subscribe (?:now |today )?(?:to|for) (?:continue|read|unlock|keep reading|full access|unlimited)",
    r"already (?:a|have a) (?:subscriber|subscription|member)",
    r"(?:log|sign) ?in (?:or \w+ )?to (?:continue|read)",
    r"to (?:continue|keep) reading",
    r"(?:read|unlock) the (?:full|whole|rest of (?:the|this)) (?:article|story)",
    r"(?:article|story|content) is (?:for|only available (?:to|for)|reserved for|exclusive(?:ly)? (?:to|for)) "
    r"(?:our )?(?:paying |registered )?(?:subscribers|members|readers)",
    r"you(?:'ve|’ve| have) (?:reached|read|used) (?:your|all|the) .{0,40}(?:limit|free articles)",
    r"nur für abonnenten|jetzt abonnieren|weiterlesen mit|mit .{0,20}abo (?:weiter)?lesen",
    r"réservé aux abonnés|abonnez-vous|suscríbete para|solo para suscriptores|riservato agli abbonati",
)
_NOT_FREE = re.compile(r"[\"']isAccessibleForFree[\"']\s*:\s*[\"']?false", re.IGNORECASE)
_PASSWORD = re.compile(r"<input[^<>]{0,300}type\s*=\s*[\"']?password", re.IGNORECASE)
_SHELL = re.compile(
    r"<(div|main|section)[^<>]{0,200}\bid\s*=\s*[\"']?(?:root|app|__next|__nuxt|___gatsby|main-app|app-root)[\"']?[^<>]{0,200}>"
    r"\s*</\1>|<app-root\b[^<>]{0,200}>\s*</app-root>",
    re.IGNORECASE,
)
_CONSENT_WORD = re.compile(
    r"cookies?|consent|partners?|privacy|personali[sz]ed|einwilligung|datenschutz", re.IGNORECASE
)
_CONSENT_HOST = re.compile(r"^(?:consent|guce|cmp|privacy-mgmt)\.")
CONSENT_SHARE = 0.06
CONSENT_WORDS = 600


def wall(text: str, markup: str = "") -> str | None:
    """Which wall the words of a page are of, or its code, where that is given; None when they are of none."""
    found = next((reason for reason, pattern in WALLS if pattern.search(text) or pattern.search(markup)), None)
    return LOGIN if found is None and is_login(markup) else found


def is_login(markup: str) -> bool:
    """Whether a password is asked for."""
    return bool(_PASSWORD.search(markup))


def is_empty_shell(markup: str) -> str | None:
    """The reason, when the page is filled by its scripts alone."""
    return SCRIPT if _SHELL.search(markup) else None


def is_consent(text: str, count: int, host: str) -> bool:
    """Whether a text of `count` words asks for consent at length: it speaks of hardly anything else."""
    if count == 0 or count >= CONSENT_WORDS or not _CONSENT.search(text):
        return False
    return bool(_CONSENT_HOST.match(host)) or len(_CONSENT_WORD.findall(text)) >= CONSENT_SHARE * count


def is_paywall(text: str) -> bool:
    """Whether `text` asks its reader to pay or sign in before reading on."""
    return bool(_PAYWALL.search(text))


def is_not_free(markup: str) -> bool:
    """Whether the page tells search engines that it must be paid for. Source: schema.org/isAccessibleForFree."""
    return bool(_NOT_FREE.search(markup))


def wall_of_headers(status: int, headers: Mapping[str, str]) -> str | None:
    """Which wall stands before the page, where its keeper says so in a header."""
    challenged = headers.get("cf-mitigated", "").lower() == "challenge"
    challenged = challenged or headers.get("x-amzn-waf-action", "").lower() in ("challenge", "captcha")
    return ROBOT_CHECK if challenged or (status in REFUSED_STATUSES and "x-datadome" in headers) else None
