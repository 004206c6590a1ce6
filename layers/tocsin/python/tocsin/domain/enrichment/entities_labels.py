"""Names of labels, annotations and tags that say which kind of thing their value is."""

from collections.abc import Callable
from functools import lru_cache

from tocsin.domain.enrichment.entities_values import (
    Kind,
    host_in,
    ip_of,
    is_fit,
    is_host,
    is_name,
    resource_of,
    url_of,
    without_port,
)

Add = Callable[[Kind, str], None]
Named = tuple[Kind, str]
Read = Callable[[str, Add], None]


def named_by(read: Read, value: str) -> tuple[Named, ...]:
    """Return what is read in a value, as far as it is fit to be shown."""
    named: list[Named] = []

    def add(kind: Kind, found: str) -> None:
        if is_fit(found):
            named.append((kind, found))

    read(value, add)
    return tuple(named)


def read_address(value: str, add: Add) -> None:
    """Read a host or an address, with or without a port, or a link."""
    if "://" in value:
        read_url(value, add)
    elif address := ip_of(value):
        add("ip", address)
    elif is_name(name := without_port(value)):
        add("host", name)


def read_url(value: str, add: Add) -> None:
    """Read a link, and the address that stands in it."""
    url = url_of(value)
    if url:
        add("url", url)
        if address := ip_of(host_in(url)):
            add("ip", address)


def _ip(value: str, add: Add) -> None:
    if address := ip_of(value):
        add("ip", address)


def _certain_host(value: str, add: Add) -> None:
    """Read names of hosts, full ones alone, of a list with commas."""
    for part in value.split(",", 20)[:20]:
        if ip_of(part.strip()) or is_host(without_port(part.strip())):
            read_address(part.strip(), add)


def _device(value: str, add: Add) -> None:
    # Disks and interfaces are devices, too: a host has a number behind a hyphen, or a dot.
    if ip_of(value) or is_host(value) or value.rpartition("-")[2].isdigit():
        read_address(value, add)


def _service(value: str, add: Add) -> None:
    # Unlike hosts, services have names of several words: "Filesystem /var".
    if value[:1].isalnum() or value.startswith("/"):
        add("service", value)


def _place(value: str, add: Add) -> None:
    # Where something is in a program is a location, too.
    if "/" not in value and "." not in value:
        add("place", value)


def _resource(value: str, add: Add) -> None:
    resource, region = resource_of(value)
    if resource:
        add("resource", resource)
    if region:
        add("place", region)


def _identifier(value: str, add: Add) -> None:
    if is_name(value):
        add("resource", value)


def _of_kubernetes(kind: str) -> Read:
    """Return what reads a name as kubectl writes it: kind/name."""

    def read(value: str, add: Add) -> None:
        # CloudWatch calls AWS/RDS a namespace.
        if is_name(value):
            add("resource", f"{kind}/{value}")

    return read


def _node(value: str, add: Add) -> None:
    read_address(value, add)
    if not ip_of(value):
        _of_kubernetes("node")(value, add)


def _table() -> dict[str, Read]:
    by_reader: list[tuple[Read, str]] = [
        (
            read_address,
            "host hostname host_name host.name nodename server server_name machine computer vm "
            "vm_name instance instance_name vhost fqdn target peer",
        ),
        (_certain_host, "entity source alert impactedentitynames primary"),
        (_device, "device"),
        (_node, "node"),
        (
            _service,
            "service service_name service.name servicename app application app_name "
            "app_kubernetes_io_name app.kubernetes.io/name",
        ),
        (
            _ip,
            "ip ip_address ipaddress host_ip hostip host_address address hostaddress pod_ip src_ip "
            "dst_ip source_ip client_ip",
        ),
        (
            _place,
            "region zone availability_zone az location datacenter data_center dc cloud_region "
            "aws_region",
        ),
        (_resource, "resource resource_id resource_name arn"),
        (
            _identifier,
            "dbinstanceidentifier dbclusteridentifier instanceid instance_id functionname "
            "tablename bucketname queuename topicname loadbalancer loadbalancername "
            "targetgroup clustername volumeid autoscalinggroupname cacheclusterid streamname "
            "filesystemid",
        ),
    ]
    table = {name: read for read, names in by_reader for name in names.split()}
    kubernetes = "namespace pod deployment statefulset daemonset replicaset cronjob ingress"
    for kind in (*kubernetes.split(), "persistentvolumeclaim"):
        for prefix in ("", "kubernetes_", "exported_", "kube_"):
            table[f"{prefix}{kind}"] = table[f"{prefix}{kind}_name"] = _of_kubernetes(kind)
    table["job_name"] = _of_kubernetes("job")
    return table


_TABLE = _table()


@lru_cache(1024)
def reader_of(name: str) -> Read | None:
    """Return what reads the values of a label, or None for a label that says nothing."""
    read = _TABLE.get(name)
    if read is None and not (name.islower() and name.isalpha()):
        read = _TABLE.get(name.lower().replace("-", "_"))
    return read


def read_tags(text: str, add: Add) -> None:
    """Read `key:value` and `key=value`, with commas in between, as labels."""
    for tag in text.split(",", 50)[:50]:
        name, colon, value = tag.strip().partition(":")
        if not colon:
            name, colon, value = tag.strip().partition("=")
        read = reader_of(name) if colon else None
        if read is not None:
            read(value.strip(), add)
