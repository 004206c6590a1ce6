"""The ledger of deliveries on the command line, through the API."""
