"""Addresses of pages as people may be shown them: http or https, of a plain host, encoded.

Source: RFC 3986, and the URL standard of WHATWG for what browsers make of the rest.
"""

import re
from urllib.parse import quote

URL_LIMIT = 2048

_HOST = r"(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
# Browsers read a backslash as a slash, so that one after the host could hide another host.
_URL = re.compile(rf"(https?://{_HOST})([/?#].*)?", re.IGNORECASE | re.DOTALL)
_KEPT = "/?#[]@!$&'()*+,;=:._~%-"
_ENCODED = re.compile(
    rf"https?://{_HOST}(?:[/?#][A-Za-z0-9{re.escape(_KEPT)}]*)?", re.IGNORECASE | re.ASCII
)


def page_url(text: str) -> str:
    """Return a text as the address of a page, encoded where it has to be; "" if it is none.

    Addresses with credentials, of other schemes, or of over `URL_LIMIT` characters are none.
    """
    if not text or len(text) > URL_LIMIT:
        return ""
    if _ENCODED.fullmatch(text) is not None:
        return text
    found = _URL.fullmatch(text)
    if found is None:
        return ""
    url = found[1] + encoded(found[2] or "")
    return url if len(url) <= URL_LIMIT else ""


def encoded(text: str) -> str:
    """Return a part of a URL with what cannot stand in one encoded; what is encoded stays."""
    return quote(text, safe=_KEPT, errors="replace")
