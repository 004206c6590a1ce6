"""What `tocsin fingerprint` shows: how an identity is made, and which rule would merge repeats."""
