"""From a tenant's languages and templates to those of its receivers."""

from collections.abc import Mapping

from msgspec.structs import replace

from tocsin.configuration.messagetemplates import NamedTemplate, Template
from tocsin.configuration.models import Tenant
from tocsin.domain.config import Receiver
from tocsin.domain.messagetemplate import MessageTemplate


def worded(model: Tenant, receivers: Mapping[str, Receiver]) -> dict[str, Receiver]:
    """Return receivers with their language and template."""
    own = {receiver.name: receiver for receiver in model.receivers}
    named = {each.name: _template(each) for each in model.templates}
    found: dict[str, Receiver] = {}
    for name, receiver in receivers.items():
        block = own.get(name)
        language = (block and block.language) or model.settings.language
        template = None
        if block is not None and block.template is not None:
            wanted = block.template
            template = _template(wanted) if wanted.name is None else named[wanted.name]
        found[name] = replace(receiver, language=language, template=template)
    return found


def _template(model: NamedTemplate | Template) -> MessageTemplate:
    return MessageTemplate(title=model.title, text=model.text)
