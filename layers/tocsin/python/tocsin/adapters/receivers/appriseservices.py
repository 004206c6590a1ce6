"""Which services of the library apprise may be told, by the beginning of their URL.

Only those that one HTTP request, or few, tell of an alert over the network: nothing that writes
files, runs programs or speaks to the machine itself, no mail, no hooks to arbitrary addresses, and
none that tocsin tells itself. Source: appriseit.com/services.
"""

import re
from typing import Literal

import msgspec

Format = Literal["text", "markdown", "html"]


class Service(msgspec.Struct, frozen=True):
    """A module and a class of `apprise.plugins`, and how the service reads texts.

    Without a title, the title is the first line of the text. Where there may be no user, the
    library would log in for each message, and register where that fails. `most_bytes` of title and
    body, as JSON in ASCII, and `most_utf8_bytes` are for limits in bytes, since the library counts
    characters. An end has at most `end_priority`, where the URL says how urgent messages are.
    `denial` is found in an answer that says no with a status of success, which the library takes
    for a yes.
    """

    module: str
    plugin: str
    format: Format = "text"
    has_title: bool = True
    takes_user: bool = True
    most_bytes: int = 1_000_000
    most_utf8_bytes: int = 1_000_000
    end_priority: int | None = None
    denial: re.Pattern[bytes] | None = None


_MATRIX = Service("matrix.base", "NotifyMatrix", has_title=False, takes_user=False)
# docs.ntfy.sh/publish/#limitations: of more than 4,096 bytes it makes a file.
_NTFY = Service("ntfy", "NotifyNtfy", most_bytes=4000)
# So Alertmanager reads it (notify/rocketchat).
_ROCKET = Service(
    "rocketchat", "NotifyRocketChat", "markdown", denial=re.compile(rb'"success"\s*:\s*false')
)
_CHAT = {
    # Of a request: open.dingtalk.com, custom robots.
    "dingtalk": Service("dingtalk", "NotifyDingTalk", most_bytes=19_500),
    "discord": Service("discord", "NotifyDiscord", "markdown"),
    # Of a request: open.feishu.cn, custom bots.
    "feishu": Service("feishu", "NotifyFeishu", most_utf8_bytes=19_500),
    "gchat": Service("google_chat", "NotifyGoogleChat", "markdown"),
    "lark": Service("lark", "NotifyLark", most_utf8_bytes=19_500),
    "line": Service("line", "NotifyLine"),
    "matrix": _MATRIX,
    "matrixs": _MATRIX,
    "mmost": Service("mattermost", "NotifyMattermost", "markdown"),
    "mmosts": Service("mattermost", "NotifyMattermost", "markdown"),
    "nctalk": Service("nextcloudtalk", "NotifyNextcloudTalk"),
    "nctalks": Service("nextcloudtalk", "NotifyNextcloudTalk"),
    "revolt": Service("revolt", "NotifyRevolt", "markdown"),
    "rocket": _ROCKET,
    "rockets": _ROCKET,
    "tgram": Service("telegram", "NotifyTelegram", "html"),
    "webex": Service("webexteams", "NotifyWebexTeams", "markdown"),
    # It takes 2,048 bytes of text (developer.work.weixin.qq.com/document/path/90236).
    "wechat": Service("wechat", "NotifyWeChat", most_utf8_bytes=2000),
    # developer.work.weixin.qq.com/document/path/91770: of `content`.
    "wecombot": Service("wecombot", "NotifyWeComBot", most_utf8_bytes=2048),
    "wxteams": Service("webexteams", "NotifyWebexTeams", "markdown"),
    "zulip": Service("zulip", "NotifyZulip", "markdown"),
}
_PUSH = {
    "bark": Service("bark", "NotifyBark"),
    "barks": Service("bark", "NotifyBark"),
    "gotify": Service("gotify", "NotifyGotify"),
    "gotifys": Service("gotify", "NotifyGotify"),
    "ntfy": _NTFY,
    "ntfys": _NTFY,
    "pbul": Service("pushbullet", "NotifyPushBullet"),
    # Its highest priority is repeated until somebody acknowledges it (pushover.net/api).
    "pover": Service("pushover", "NotifyPushover", end_priority=0),
    "prowl": Service("prowl", "NotifyProwl"),
    "psafers": Service("pushsafer", "NotifyPushSafer"),
    "signal": Service("signal_api", "NotifySignalAPI"),
    "signals": Service("signal_api", "NotifySignalAPI"),
    # gateway.threema.ch/en/developer/api: of `text`.
    "threema": Service("threema", "NotifyThreema", most_utf8_bytes=3500),
}
_SMS = {
    "bulksms": Service("bulksms", "NotifyBulkSMS"),
    "clickatell": Service("clickatell", "NotifyClickatell"),
    "d7sms": Service("d7networks", "NotifyD7Networks"),
    "httpsms": Service("httpsms", "NotifyHttpSMS"),
    "msgbird": Service("messagebird", "NotifyMessageBird"),
    "nexmo": Service("vonage", "NotifyVonage"),
    "seven": Service("seven", "NotifySeven"),
    "sinch": Service("sinch", "NotifySinch"),
    "twilio": Service("twilio", "NotifyTwilio"),
    "vonage": Service("vonage", "NotifyVonage"),
}
SERVICES = _CHAT | _PUSH | _SMS
