"""What senders sign their requests with: one module a scheme, and what a signature proves.

Everything here is pure. A scheme looks at headers and at the body as it was received, never at
parsed JSON, with one exception: SNS puts its signature into the body.
"""
