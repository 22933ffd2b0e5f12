"""One key for all spellings of an address, so that a page found twice is read once."""

import re

from yarl import URL

TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "hsa_", "_hs", "guce_referrer")
TRACKING_NAMES = frozenset(
    {
        *("fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid"),
        *("igshid", "igsh", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "oly_anon_id", "oly_enc_id", "vero_id"),
        *("cmpid", "ncid", "icid", "smid", "smtyp", "xtor", "ref_src", "ref_url", "guccounter"),
    }
)
_WWW = re.compile(r"^(?:www\.)+")
INDEX_PAGES = ("index.html", "index.htm", "index.php", "default.aspx", "default.asp")


def canonical_url(url: str) -> str:
    """The key of `url`: a usable https address; addresses with other schemes, and broken ones, come back as they are.

    Host in lower case without `www.`, default port, fragment, tracking parameters, closing slash and index page
    dropped, parameters sorted.
    """
    try:
        parsed = URL(url.strip())
        host = _WWW.sub("", (parsed.raw_host or "").rstrip(".").lower())
        if parsed.scheme not in ("http", "https") or not host:
            return url
        port = parsed.explicit_port
        path = parsed.raw_path
        query = sorted((name, value) for name, value in parsed.query.items() if not _tracks(name))
        key = URL.build(scheme="https", host=host, port=None if port in (80, 443) else port)
        return str(key.with_path(_page(path), encoded=True).with_query(query))
    except (ValueError, IndexError):  # of yarl, which stumbles over "http://[]@"
        return url


def _tracks(name: str) -> bool:
    name = name.lower()
    return name in TRACKING_NAMES or name.startswith(TRACKING_PREFIXES)


def _page(path: str) -> str:
    folder, _, last = path.rpartition("/")
    if last.lower() in INDEX_PAGES:
        path = folder
    return path.rstrip("/") or "/"
