"""The identity of an alert: tocsin's own key, and Alertmanager's name for it on the wire."""

from hashlib import blake2b

import msgspec

_encoder = msgspec.json.Encoder(order="sorted")

_FNV_OFFSET = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3
_MASK = 0xFFFFFFFFFFFFFFFF


def fingerprint(tenant: str, labels: dict[str, str], added: dict[str, str] | None = None) -> str:
    """Return the identity of an alert inside its tenant: 32 hexadecimal digits.

    Labels with an empty value do not count, as in Prometheus. `added` is what a rule takes
    into the identity beside the labels.
    """
    if "" in labels.values():
        labels = {name: value for name, value in labels.items() if value}
    if added:
        return blake2b(_encoder.encode((tenant, labels, added)), digest_size=16).hexdigest()
    return blake2b(_encoder.encode((tenant, labels)), digest_size=16).hexdigest()


def alertmanager_fingerprint(labels: dict[str, str]) -> str:
    """Return the 16-digit fingerprint that Alertmanager gives these labels: FNV-1a, 64 bits.

    A name for answers and webhook bodies only: two tenants share it, and a sender can forge
    it. Source: prometheus/common, model/signature.go.
    """
    value = _FNV_OFFSET
    for name in sorted(name for name, text in labels.items() if text):
        for byte in name.encode() + b"\xff" + labels[name].encode() + b"\xff":
            value = ((value ^ byte) * _FNV_PRIME) & _MASK
    return f"{value:016x}"
