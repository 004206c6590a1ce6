"""Requests that are no good HTTP, as bytes; only a socket can send them."""

_GOOD = b'{"name": "broken", "host": "db-1"}'

# Heads beside a good request line and body, without a length; then the body.
_HEADS: dict[str, tuple[bytes, bytes]] = {
    "two lengths that differ": (b"content-length: 5\r\ncontent-length: 6", _GOOD),
    "a length below 0": (b"content-length: -1", _GOOD),
    "a length of letters": (b"content-length: many", _GOOD),
    "a length of 40 digits": (b"content-length: " + b"9" * 40, _GOOD),
    "no length": (b"x-none: 1", _GOOD),
    "a body that ends early": (b"content-length: 1000", _GOOD),
    "a length and chunks": (
        b"content-length: 4\r\ntransfer-encoding: chunked", b"0\r\n\r\n" + _GOOD,
    ),
    "chunks without an end": (b"transfer-encoding: chunked", b"22\r\n" + _GOOD + b"\r\n"),
    "a chunk whose size lies": (b"transfer-encoding: chunked", b"2\r\n" + _GOOD + b"\r\n0\r\n\r\n"),
    "a chunk of no size": (b"transfer-encoding: chunked", b"x\r\n" + _GOOD + b"\r\n0\r\n\r\n"),
    "a chunk of 40 digits": (b"transfer-encoding: chunked", b"f" * 40 + b"\r\n" + _GOOD),
    "a coding of transfer that is not there": (b"transfer-encoding: cow", _GOOD),
    "good chunks": (b"transfer-encoding: chunked", b"22\r\n" + _GOOD + b"\r\n0\r\n\r\n"),
    "a line without a colon": (b"x-nothing\r\ncontent-length: 34", _GOOD),
    "a name with a space": (b"x bad : v\r\ncontent-length: 34", _GOOD),
    "a folded line": (b"x-folded: a\r\n  b\r\ncontent-length: 34", _GOOD),
    "NUL in a value": (b"x-nul: \0\r\ncontent-length: 34", _GOOD),
    "bytes that are no text": (b"x-bytes: \xff\xfe\xc3\x28\r\ncontent-length: 34", _GOOD),
    "line feeds alone": (b"x-lf: a\nx-more: b\r\ncontent-length: 34", _GOOD),
    "a thousand headers": (
        b"".join(b"x-%d: v\r\n" % number for number in range(1000)) + b"content-length: 34", _GOOD,
    ),
    "two hosts": (b"host: other\r\ncontent-length: 34", _GOOD),
    "an expectation": (b"expect: 100-continue\r\ncontent-length: 34", _GOOD),
    "an expectation that nobody knows": (b"expect: 200-maybe\r\ncontent-length: 34", _GOOD),
    "an upgrade to a socket": (
        b"connection: upgrade\r\nupgrade: websocket\r\ncontent-length: 34", _GOOD,
    ),
    "an upgrade to HTTP/2": (
        b"connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n"
        b"content-length: 34", _GOOD,
    ),
    "a second request behind the first": (
        b"content-length: 34", _GOOD + b"GET /-/healthy HTTP/1.1\r\nhost: x\r\n\r\n",
    ),
}  # fmt: skip

_LINES: dict[str, bytes] = {
    "lower case": b"post %s HTTP/1.1",
    "a method of controls": b"\x01\x02 %s HTTP/1.1",
    "TRACE": b"TRACE %s HTTP/1.1",
    "DELETE": b"DELETE %s HTTP/1.1",
    "CONNECT": b"CONNECT db-1:443 HTTP/1.1",
    "HTTP/9.9": b"POST %s HTTP/9.9",
    "HTTP/1.0": b"POST %s HTTP/1.0",
    "no version": b"POST %s",
    "an address for a path": b"POST http://127.0.0.1%s HTTP/1.1",
    "no path": b"POST  HTTP/1.1",
    "a star": b"POST * HTTP/1.1",
    "spaces": b"POST  %s  HTTP/1.1",
    "a percent sign alone": b"POST %s/%% HTTP/1.1",
    "percent and no digits": b"POST %s/%%zz HTTP/1.1",
    "an encoded NUL": b"POST %s/%%00 HTTP/1.1",
    "an overlong slash": b"POST %s/%%c0%%af HTTP/1.1",
    "dots": b"POST %s/../../v1/alerts HTTP/1.1",
    "bytes that are no text": b"POST %s/\xff\xfe HTTP/1.1",
    "a path of 60 KB": b"POST %s/" + b"a" * 60_000 + b" HTTP/1.1",
    "a path of a megabyte": b"POST %s/" + b"a" * 1_000_000 + b" HTTP/1.1",
    "a query of 60 KB": b"POST %s?" + b"a=b&" * 15_000 + b" HTTP/1.1",
}


def requests(host: str, target: str, key: str) -> dict[str, bytes]:
    """Return the requests by name; each carries a good key and would go to a route of ingest."""
    fixed = b"host: %s\r\nx-api-key: %s\r\nconnection: close\r\n" % (host.encode(), key.encode())
    start = b"POST %s HTTP/1.1\r\n" % target.encode()
    found = {
        name: start + fixed + head + b"\r\n\r\n" + body for name, (head, body) in _HEADS.items()
    }
    for name, line in _LINES.items():
        text = line % target.encode() if b"%s" in line else line
        found[f"line: {name}"] = (
            text + b"\r\n" + fixed + b"content-length: %d\r\n\r\n" % len(_GOOD) + _GOOD
        )
    found["no host"] = start + b"x-api-key: " + key.encode() + b"\r\n\r\n"
    found["TLS"] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64
    found["noise"] = bytes(range(256)) * 16
    found["line breaks alone"] = b"\r\n" * 1000
    return found
