"""POST /alerts where one process takes alerts and answers questions; on AWS ingest takes them."""

from collections.abc import Callable

from tocsin.domain.errors import InvalidInput
from tocsin.pipeline.ingest import Ingest, Request
from tocsin.providers.bodies import payload_of
from tocsin.providers.registry import provider
from tocsin.runtime.alertmanager.replies import Reply
from tocsin.runtime.dialects import Alertmanager
from tocsin.runtime.gateway import HttpRequest, body_of


def make_intake(
    ingest: Ingest, read_body: Callable[[HttpRequest], bytes] = body_of
) -> Callable[[HttpRequest, str, float], Reply]:
    """Return what takes the alerts of a request, and answers when the queue has them.

    `read_body` inflates a body, and raises InvalidInput for one that is too long.
    """

    def take(request: HttpRequest, tenant: str, now_s: float) -> Reply:
        dialect = Alertmanager()
        try:
            dialect.check(request)
            body = read_body(request)
            source = provider(dialect.provider_name(request))
            answer = dialect.accepted(
                ingest.accept(
                    Request(
                        id=request.id,
                        tenant=tenant,
                        provider=source,
                        body=body,
                        payload=payload_of(source, body),
                        received_at_s=now_s,
                    )
                )
            )
        except InvalidInput as error:
            answer = dialect.refused(error)
        return Reply(
            status=answer["statusCode"], headers=answer["headers"], body=answer["body"].encode()
        )

    return take
