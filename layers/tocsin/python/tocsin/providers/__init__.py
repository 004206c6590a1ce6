"""Other people's JSON becomes the canonical alert: one pure module a provider.

A module holds `parse(payload, received_at_s)`, which answers with one entry per member of the
payload, in order: an Alert, or the InvalidAlert that says what is wrong with it and where. It
raises InvalidPayload if the whole body makes no sense. A payload that is understood and holds
nothing to do is an empty list. The same payload with the same time of receipt always gives the
same entries, since ingest and enrich read it once each.

To add a provider: one file here, and one line in `registry`.
"""
