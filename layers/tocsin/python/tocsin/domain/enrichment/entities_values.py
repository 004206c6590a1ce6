"""Single values: what is an address, the name of a host, a link, an id of a resource."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_interface
from typing import Literal

from tocsin.domain.enrichment.entities_places import REGION

Kind = Literal["host", "service", "ip", "url", "resource", "place"]
KINDS: tuple[Kind, ...] = ("host", "service", "ip", "url", "resource", "place")

VALUE_CHARACTERS = 200
_HEX = frozenset("0123456789abcdefABCDEF:.%[]/")

# RFC 1123, section 2.1.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOTTED = re.compile(rf"{_LABEL}(?:\.{_LABEL}){{1,9}}")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,199}")
# Endings that files, packages and fields of logs do not have; the second ones only where there
# are three parts, since `java.net` and `process.env.in` are no hosts.
_ENDINGS = frozenset(("com", "org", "internal", "local", "lan", "corp", "intra"))
_LONGER = """
ae ai at au be bg br ca ch cl cn co cz de dk ee es eu fi fr gr hk hu id ie il in it jp kr lt lu lv
mx my nl no nz pl pt ro ru se sg si sk th tr tw ua uk us za app biz cloud dev edu gov info io net
"""
_ENDINGS_OF_THREE = frozenset(_LONGER.split())

# kube-apiserver makes names of pods with these letters: k8s.io/apimachinery, pkg/util/rand.
_RANDOM = "[bcdfghjklmnpqrstvwxz2456789]"
POD = rf"[a-z0-9](?:[a-z0-9-]{{0,200}})-{_RANDOM}{{6,10}}-{_RANDOM}{{5}}"
# docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
_ARN = re.compile(r"arn:aws[a-z-]{0,10}:[a-z0-9-]{1,40}:([a-z0-9-]{0,30}):\d{0,12}:\S{1,200}")
# docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
AWS_ID = (
    r"(?:i|vol|snap|sg|subnet|vpc|eni|ami|igw|nat|rtb|acl|eipalloc|tgw|vpce|lt|fs)"
    r"-(?:[0-9a-f]{17}|[0-9a-f]{8})"
)
_AWS_ID = re.compile(AWS_ID)
# cloud.google.com/apis/design/resource_names
_GCP_ID = re.compile(r"(?://[a-z]{2,40}\.googleapis\.com/)?projects/[a-z0-9:._-]{3,60}/[A-Za-z]\S+")
# learn.microsoft.com/azure/azure-resource-manager/management: /subscriptions/{guid}/...
_AZURE_ID = re.compile(r"/subscriptions/[0-9a-fA-F-]{36}(?:/\S+)?")
# RFC 3986, section 3.2: an @ behind it is no end of a login.
_AUTHORITY_END = re.compile("[/?#]")


# Alerts of one outage name the same few hosts again and again.
@lru_cache(512)
def ip_of(text: str) -> str:
    """Return the address or network in a text that is one, with or without a port, or ""."""
    bare = text
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    dots = bare.count(".")
    if (dots != 3 and bare.count(":") < 2) or len(bare) > 64:
        return ""
    if not _HEX.issuperset(bare.partition("%")[0]):
        return ""
    return _parsed(bare, is_plain=dots == 3 and bare.replace(".", "").isdecimal())


def _parsed(bare: str, *, is_plain: bool) -> str:
    """Return an address as it is usually written, or "" for what is none."""
    try:
        if is_plain:
            IPv4Address(bare)
            # It takes no leading zeros, so there is one way to write it.
            return bare
        return str(ip_interface(bare) if "/" in bare else ip_address(bare))
    except ValueError:
        return ""


def is_fit(value: str) -> bool:
    """Tell whether a value is fit to be shown, and short enough."""
    return 0 < len(value) <= VALUE_CHARACTERS and value.isprintable()


def is_host(text: str) -> bool:
    """Tell whether a text can only be the full name of a host."""
    if _DOTTED.fullmatch(text) is None:
        return False
    parts = text.lower().split(".")
    if not all(part.isdigit() for part in parts[:-1]) and parts[-1] in _ENDINGS:
        return True
    return len(parts) > 2 and parts[-1] in _ENDINGS_OF_THREE


def is_name(text: str) -> bool:
    """Tell whether a text can be the name of a host, if something else says that it is one."""
    return _NAME.fullmatch(text) is not None


def without_port(text: str) -> str:
    """Return what stands before a port."""
    name, colon, port = text.rpartition(":")
    return name if colon and port.isdigit() else text


def url_of(text: str) -> str:
    """Return a link without its credentials, short enough to be of use, or ""."""
    scheme, _, rest = text.partition("://")
    if scheme not in ("http", "https") or not rest:
        return ""
    authority = _AUTHORITY_END.split(rest, 1)[0]
    url = f"{scheme}://{authority.rpartition('@')[2]}{rest[len(authority) :]}"
    if len(url) > VALUE_CHARACTERS:
        url = url.partition("#")[0].partition("?")[0]
    return url if len(url) <= VALUE_CHARACTERS else ""


def host_in(url: str) -> str:
    """Return the host of a link, with its port."""
    return _AUTHORITY_END.split(url.partition("://")[2], 1)[0]


def resource_of(text: str) -> tuple[str, str]:
    """Return the resource of a cloud that a text is, and its region; empty for no resource."""
    if text.startswith("arn:"):
        arn = _ARN.fullmatch(text)
        return (text, arn[1]) if arn is not None else ("", "")
    if text.startswith("/subscriptions/"):
        return (text, "") if _AZURE_ID.fullmatch(text) is not None else ("", "")
    if _AWS_ID.fullmatch(text) is not None:
        return text, ""
    if "projects/" in text and _GCP_ID.fullmatch(text) is not None:
        places = [part for part in text.split("/") if REGION.fullmatch(part) is not None]
        return text, places[0] if places else ""
    return "", ""
