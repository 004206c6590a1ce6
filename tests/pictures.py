"""Write the pages that pictures of the documentation are taken of, from the default templates.

`python -m tests.pictures FOLDER`, and there `chromium --headless --hide-scrollbars
--window-size=700,715 --screenshot=slack.png slack.html`; email.html is 1,090 high.
"""

import json
import sys
from pathlib import Path

from msgspec.structs import replace

from cli.preview.slackpage import page
from tests.builders import T0, receiver
from tests.unit.adapters.mailed import notification, read, rich_alerts, texts
from tocsin.adapters.receivers import email, slack
from tocsin.domain.actionlink import MessageAction

URL = "https://tocsin.example"
ACTIONS = tuple(
    MessageAction(name=name, title=title, url=f"{URL}/a/{name}", token="t")
    for name, title in (
        ("acknowledge", "Acknowledge"),
        ("resolve", "Resolve"),
        ("silence", "Silence for 1 h"),
    )
)


def pages() -> dict[str, str]:
    """Return the pages by the names of their files."""
    mail = notification(*rich_alerts(), actions=ACTIONS)
    channel = replace(mail, receiver=receiver(kind="slack", url=""))
    return {
        "email.html": texts(read(email.render(mail, URL, T0)))[1],
        "slack.html": page(json.loads(slack.render(channel, URL))),
    }


if __name__ == "__main__":
    for name, text in pages().items():
        Path(sys.argv[1], name).write_text(text, encoding="utf-8")
