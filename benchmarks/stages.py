"""CPU time of each early stage for a new alert as tests have them, in their order.

1 PE is the CPU time of `orjson.loads` for one 0.9 KB alert inside a 100-alert webhook, timed in
the same run. Run it with `make bench`.
"""

import sys
from time import process_time

import msgspec
import orjson

from benchmarks.cpu import default_stages
from benchmarks.unit import A_REQUEST, bodies_of, unit_of
from tests.builders import config
from tocsin.domain.alert import Alert
from tocsin.domain.enrichment.order import EARLY
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.providers.registry import provider

_ROUNDS = 20
_SUBJECT = Subject(tenant="acme", fingerprint="f", at_s=0.0)


def main() -> None:
    """Measure each stage on what those before it left."""
    bodies = bodies_of(A_REQUEST)
    unit_s = unit_of(bodies)
    alerts = [
        each
        for body in bodies[:10]
        for each in provider("alertmanager").parse(orjson.loads(body), 0.0)
        if isinstance(each, Alert)
    ]
    drafts = [Draft(alert=alert) for alert in alerts]
    total = 0.0
    for stage in default_stages(EARLY).of(config(enrichment=EnrichmentSettings())):
        best_s = float("inf")
        for _ in range(_ROUNDS):
            copies = [msgspec.structs.replace(draft) for draft in drafts]
            began_s = process_time()
            for draft in copies:
                stage.run(_SUBJECT, draft)
            best_s = min(best_s, process_time() - began_s)
        drafts = copies
        took_pe = best_s / len(drafts) / unit_s
        total += took_pe
        sys.stdout.write(f"{stage.name:<18} {took_pe:6.1f} PE a new alert\n")
    sys.stdout.write(f"{'all early stages':<18} {total:6.1f} PE a new alert\n")


if __name__ == "__main__":
    main()
