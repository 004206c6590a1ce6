"""IPv6 addresses that are meant for one network, or stand for an IPv4 address.

requests-hardened refuses those that it knows of. Here stands what may be asked: everything public
has its place in one range, and all others, known or yet to come, are no servers of the internet.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from requests import PreparedRequest
from requests_hardened.ip_filter import InvalidIPAddress, get_ip_address
from requests_hardened.ip_filter_adapter import IPFilterAdapter

# Global unicast: RFC 4291, and IANA's "Internet Protocol Version 6 Address Space".
_PUBLIC = ip_network("2000::/3")
# RFC 5214 (ISATAP): the last 64 bits are one of these and an IPv4 address.
_ISATAP = (0x00005EFE, 0x02005EFE)


class PublicAddressAdapter(IPFilterAdapter):  # type: ignore[misc]  # it is not typed
    """Refuses what is not in it, once the name is resolved; that very address is then asked."""

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the resolved address and how it is asked. Raises InvalidIPAddress."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if is_disguised(ip_address(host["host"].strip("[]")), self._allow_loopback):
            raise InvalidIPAddress
        return host, pool


def public_address(host: str, port: int, allow_loopback: bool) -> str:
    """Return the address of a host, to be called as it is, for what is not spoken to by HTTP.

    Raises InvalidIPAddress for one that is not public, OSError where there is none, and
    UnicodeError for what is no name of a host.
    """
    address, _port = get_ip_address(host, port, allow_loopback)
    if is_disguised(address, allow_loopback):
        raise InvalidIPAddress
    return str(address)


def is_disguised(address: IPv4Address | IPv6Address, allow_loopback: bool) -> bool:
    """Tell whether an address leads to a network of somebody's own all the same."""
    if isinstance(address, IPv4Address) or (allow_loopback and address.is_loopback):
        return False
    if address not in _PUBLIC:
        return True
    is_tunnel = (int(address) >> 32) & 0xFFFFFFFF in _ISATAP
    return is_tunnel and not IPv4Address(int(address) & 0xFFFFFFFF).is_global
