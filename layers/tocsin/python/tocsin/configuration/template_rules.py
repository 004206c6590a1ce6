"""What is wrong with a tenant's templates, found by rendering each for sample notifications."""

from collections.abc import Iterator

from tocsin.configuration.findings import Finding
from tocsin.configuration.messagetemplates import NamedTemplate, Template
from tocsin.configuration.models import Tenant
from tocsin.configuration.routing_rules import twice
from tocsin.domain.messagetemplate import MessageTemplate


def broken_templates(name: str, tenant: Tenant) -> Iterator[Finding]:
    """Yield what is wrong, and where."""
    yield from twice("templates", (each.name for each in tenant.templates))
    known = {each.name for each in tenant.templates}
    for index, each in enumerate(tenant.templates):
        if not each.title and not each.text:
            yield ("templates", index), "has neither a title nor a text"
        for part, message in _wrong(name, each):
            yield ("templates", index, part), message
    for index, receiver in enumerate(tenant.receivers):
        template = receiver.template
        if template is None:
            continue
        if template.name is not None and template.name not in known:
            message = f"there is no template {template.name!r} in `templates`"
            yield ("receivers", index, "template"), message
        for part, message in _wrong(name, template):
            yield ("receivers", index, "template", part), message


def _wrong(tenant: str, model: NamedTemplate | Template) -> Iterator[tuple[str, str]]:
    """Yield the part and the first thing that is wrong with it."""
    if not model.title and not model.text:
        return
    # Imported here: what reads templates is slow to import, and few tenants have any.
    from tocsin.domain.message.overriding import wrong_parts
    from tocsin.domain.message.samples import sample_subjects

    template = MessageTemplate(title=model.title, text=model.text)
    seen: set[str] = set()
    for subject in sample_subjects(tenant, "receiver", "en"):
        for part, error in wrong_parts(template, subject):
            if part not in seen:
                yield part, str(error)
            seen.add(part)
