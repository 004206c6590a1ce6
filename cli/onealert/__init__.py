"""One alert on the command line, through the API: who is on call has a key, not an account."""
