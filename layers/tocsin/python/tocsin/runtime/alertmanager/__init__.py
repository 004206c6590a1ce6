"""The API of an Alertmanager, version 2, as functions over ports.

`dispatch.handle` answers a request, for the api function and for a plain HTTP server alike.
Source: prometheus/alertmanager, api/v2/openapi.yaml, and what a running one answers.
"""
