"""One use case a stage, written against ports only; `envelope` is the wire format between them."""
