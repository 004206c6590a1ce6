"""The generated pages of docs/, made from the models that check what they describe."""

import json

from cli.reference.fields import field_rows
from cli.reference.providers import providers_page
from cli.reference.table import table
from cli.reference.variables import variable_rows
from tocsin.adapters.receivers import ownbody
from tocsin.configuration import Document
from tocsin.configuration.cataloguefiles.models import CatalogueFile
from tocsin.configuration.rulefiles.models import RuleFile
from tocsin.domain.wire import json_schema
from tocsin.models import schema
from tocsin.runtime import settings

__all__ = [
    "alert_schema",
    "configuration_page",
    "models_schema",
    "notification_schema",
    "providers_page",
    "rules_schema",
]

_PAGE = """\
# Configuration

<!-- Made by `tocsin docs` from the models in the code; change those. -->

## tocsin.yaml

`tocsin config check` says what is wrong with a file, and on which line; `tocsin config plan`
what applying it would change; `tocsin config apply`
makes it the configuration in force; `tocsin config show` shows that, and every version before.
[tocsin.yaml](../tocsin.yaml) is a small one that works.

- No other field than these is allowed, and none twice.
- `${{NAME}}` in a value is replaced by the environment variable `NAME` of whoever applies the
  file. `${{NAME:-default}}` uses the default where it is unset or empty, and `$${{` stands for
  `${{`.
- A *name* is 1 to 64 of `a-z`, `A-Z`, `0-9`, `_` and `-`.
- A *duration* is a number with its unit: `30s`, `5m`, `1h30m` (`ms`, `s`, `m`, `h`, `d`, `w`,
  `y`).
- A *matcher* is `name="value"`, with `=`, `!=`, `=~` or `!~`, in both syntaxes of Alertmanager: a
  name with a space in it stands in quotes, too. A pattern is
  [RE2](https://github.com/google/re2/wiki/Syntax) and must match the whole value. Besides an
  alert's labels there are `severity` and `provider`, and a label that is missing has the value
  `""`.
- A *time interval* is written as in
  [Alertmanager](https://prometheus.io/docs/alerting/latest/configuration/#time_interval).
- A *path*, such as `source.host`, leads into a sender's JSON, and a *template* is a text with
  `{{{{ path }}}}` in it; [JSON of one's own](providers/mapping.md) explains both.

{fields}
## Rule files

[Rules](rules.md) explains them. `tocsin rules check` says what is wrong with one, and
[rules.schema.json](rules.schema.json) is its JSON schema, for editors. A *metric* is a name of up
to 255 letters, digits and `_ : . / % -`; an *aggregate* and a *matcher* are as explained there.

{rules}
## Service catalogues

[The catalogue](enrichment-catalogue.md) is what `enrichment.catalogue` names. These are the fields
of a YAML file of tocsin's own; tables and Backstage's entities are explained there.

{catalogue}
## Environment variables of the functions

`template.yaml` sets them; nobody sets one by hand.

{variables}"""


def configuration_page() -> str:
    """Return the whole page."""
    return _PAGE.format(
        fields=table(("field", "type", "default", "meaning"), field_rows(Document)),
        rules=table(("field", "type", "default", "meaning"), field_rows(RuleFile)),
        catalogue=table(("field", "type", "default", "meaning"), field_rows(CatalogueFile)),
        variables=table(("variable", "functions", "meaning"), variable_rows(settings.ALL)),
    )


def alert_schema() -> str:
    """Return the JSON schema of the canonical alert."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def notification_schema() -> str:
    """Return the JSON schema of the body of a webhook, in tocsin's own format."""
    return json.dumps(ownbody.json_schema(), indent=2, ensure_ascii=False) + "\n"


def rules_schema() -> str:
    """Return the JSON schema of a rule file."""
    whole = {"title": "A rule file of tocsin", **RuleFile.model_json_schema()}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def models_schema() -> str:
    """Return the JSON schema of all models."""
    return json.dumps(schema.json_schema(), indent=2, ensure_ascii=False) + "\n"
