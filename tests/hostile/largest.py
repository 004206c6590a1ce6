"""A worker of ingest alone in its process, for what it needs in memory at most.

python -m tests.hostile.largest FOLDER    handles each event in a folder, under each rule, and
                                          prints the answers and the peak
"""

import json
import os
import re
import sys
from hashlib import md5
from pathlib import Path
from typing import Any

import msgspec
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

import tests.conftest  # noqa: F401 - the environment that Lambda would give
from tests.builders import config
from tocsin.adapters import aws
from tocsin.adapters.memory.configs import MemoryConfigs
from tocsin.adapters.memory.keys import MemoryKeys
from tocsin.domain import apikey
from tocsin.domain.limits import Limits
from tocsin.domain.storage_rules import Redaction, StorageRule
from tocsin.ports import ApiKey
from tocsin.runtime import ingest

_PEPPER = b"pepper"
RULES: dict[str, tuple[StorageRule, ...]] = {
    "no rules": (),
    # A path makes it look at every text; a pattern of one's own would only take longer.
    "redacted and lighter": (
        StorageRule(
            redact=Redaction(kinds=("aws-key",), fields=("alerts[*].token",)),
            drop_fields=("alerts[*].annotations", "unknown"),
        ),
    ),
    "kept whole": (StorageRule(drop_fields=("alerts[0]", "name")),),
}


_ENVIRONMENT = {
    "TOCSIN_ENV": "test",
    "CONTROL_TABLE": "control",
    "SEEN_TABLE": "seen",
    "METRIC_TABLE": "metrics",
    "ENRICHMENT_TABLE": "enrichment",
    "METRIC_KEPT_S": "90000",
    "KEY_PEPPER_SECRET_ARN": "pepper",
    "ENRICH_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/1/enrich",
    "ENRICH_URGENT_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/1/enrich-urgent",
    "ARCHIVE_BUCKET": "archive",
    "CACHE_URL": "",
    "BACKLOG_LIMIT_MESSAGES": "20000",
    "URGENT_BACKLOG_LIMIT_MESSAGES": "5000",
    "BACKLOG_AGE_LIMIT_S": "300",
}


class _Context:
    aws_request_id = "largest"

    def get_remaining_time_in_millis(self) -> int:
        return 15_000


class _Raw:
    """The body of an answer, as botocore reads it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Any:
        yield self._content


def peak_bytes() -> int:
    """Return the most memory that this process ever had resident.

    `ru_maxrss` would count what the parent had before it became this process.
    """
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    assert found is not None
    return int(found[1]) * 1024


def _answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
    """Answer as AWS would, with the least that ingest needs; nothing leaves the process."""
    content = b""
    target = str(request.headers.get("X-Amz-Target", b""))
    if "SendMessage" in target:
        digest = md5(json.loads(request.body)["MessageBody"].encode(), usedforsecurity=False)
        content = json.dumps({"MessageId": "m", "MD5OfMessageBody": digest.hexdigest()}).encode()
    elif "GetQueueAttributes" in target:
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        content = json.dumps({"Attributes": dict.fromkeys(names, "0")}).encode()
    return AWSResponse(request.url, 200, {}, _Raw(content))  # type: ignore[no-untyped-call]


def _wire() -> dict[str, str]:
    """Wire ingest to real clients, with keys and rules in memory; return a key for each rule."""
    os.environ |= _ENVIRONMENT
    aws._session().register("before-send", _answer)
    keys, configs, texts = MemoryKeys(), MemoryConfigs(), {}
    for tenant, rules in RULES.items():
        texts[tenant] = apikey.generate("test", tenant[:3].encode() * 16)
        presented = apikey.parse(texts[tenant])
        keys.put(
            ApiKey(
                id=presented.id,
                tenant=tenant,
                name="test",
                digest=apikey.digest(_PEPPER, presented.secret),
                scopes=("ingest",),
                created_at_s=0.0,
            )
        )
        configs.apply(config(tenant, storage=rules, limits=Limits(alerts=0)), "", 0.0)
    parts = msgspec.structs.replace(
        ingest._parts(), keys=keys, pepper=lambda: _PEPPER, configs=configs
    )
    ingest._parts = lambda: parts  # type: ignore[assignment]
    return texts


def _handle(path: Path, key: str) -> Any:
    # As the runtime of Lambda does: the whole event is text first.
    event = json.loads(path.read_bytes().decode())
    event["headers"]["x-api-key"] = key
    return ingest.handler(event, _Context())


def main(folder: Path) -> None:
    """Handle each event under each rule; print the statuses, and the peak after them all."""
    keys = _wire()
    statuses = {
        f"{path.stem}, {name}": _handle(path, key)["statusCode"]
        for path in sorted(folder.iterdir())
        for name, key in keys.items()
    }
    sys.stdout.write(f"\n{json.dumps({'statuses': statuses, 'peak_bytes': peak_bytes()})}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
