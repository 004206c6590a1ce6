"""The ports that keep state, on DynamoDB through the low-level client."""
