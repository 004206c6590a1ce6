"""What people do by the links and buttons of a notification: pages, and requests of Slack.

The token of a link is all that lets somebody in. To look never changes anything.
"""
