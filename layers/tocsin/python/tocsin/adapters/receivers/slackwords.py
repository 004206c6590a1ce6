"""The words with which Slack's Web API says why it did not do what it was asked.

An answer that says so is HTTP 200 with `ok: false`. A word that is not known here counts as one
that may pass: it is tried again, and ends as a dead letter if it does not. Source: "Errors" of
https://docs.slack.dev/reference/methods/chat.postMessage and .../chat.update.
"""

# It wants fewer calls. `message_limit_exceeded` is of a whole workspace.
BUSY = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})

# The message is there, and may not be changed (any more).
FIXED = frozenset(
    {"block_mismatch", "cant_update_message", "edit_window_closed", "streaming_state_conflict"}
)

# The place is not there any more, or nobody may answer in it: another place may do. What answers a
# deleted message stands by itself, without an error (github.com/slack-go/slack/issues/1571).
GONE = frozenset(
    {
        "cannot_reply_to_message",
        "channel_not_found",
        "is_archived",
        "is_inactive",
        "message_not_found",
        "not_in_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "team_not_found",
        "thread_not_found",
    }
)

# It takes messages, and not one of this form. From where on blocks are too long it does not say.
FORM = frozenset(
    {
        "attachment_payload_limit_exceeded",
        "invalid_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "too_many_attachments",
    }
)

REFUSALS = (
    FIXED
    | FORM
    | GONE
    | {
        "access_denied",
        "accesslimited",
        "account_inactive",
        "as_user_not_supported",
        "cant_broadcast_message",
        "deprecated_endpoint",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_auth",
        "invalid_charset",
        "invalid_form_data",
        "invalid_json",
        "invalid_post_type",
        "is_bot",
        "messages_tab_disabled",
        "method_deprecated",
        "missing_post_type",
        "missing_scope",
        "no_permission",
        "no_text",
        "not_allowed_token_type",
        "not_authed",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
        "unknown_method",
    }
)
