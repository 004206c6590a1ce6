"""IPv6 addresses that are meant for one network, or stand for an IPv4 address.

requests-hardened refuses private, mapped, translated and tunnelled ones. These three are left.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from requests import PreparedRequest
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter

# RFC 3879: once what is private in IPv6. RFC 4291: an IPv4 address behind zeros.
_REFUSED = (ip_network("fec0::/10"), ip_network("::/96"))
# RFC 5214 (ISATAP): the last 64 bits are one of these and an IPv4 address.
_ISATAP = (0x00005EFE, 0x02005EFE)


class PublicAddressAdapter(IPFilterAdapter):  # type: ignore[misc]  # it is not typed
    """Refuses those, too, once the name is resolved; that address is then the one that is asked."""

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the resolved address and how it is asked. Raises InvalidIPAddress."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if is_disguised(ip_address(host["host"].strip("[]")), self._allow_loopback):
            raise InvalidIPAddress
        return host, pool


def is_disguised(address: IPv4Address | IPv6Address, allow_loopback: bool) -> bool:
    """Tell whether an address leads to a network of somebody's own all the same."""
    if isinstance(address, IPv4Address) or (allow_loopback and address.is_loopback):
        return False
    if any(address in network for network in _REFUSED):
        return True
    is_tunnel = (int(address) >> 32) & 0xFFFFFFFF in _ISATAP
    return is_tunnel and not IPv4Address(int(address) & 0xFFFFFFFF).is_global
