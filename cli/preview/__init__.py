"""`tocsin template preview`: what a channel would be sent, without sending it."""
