"""What people see of deliveries, as functions over ports.

`dispatch.handle` answers a request, for the api function and for a plain HTTP server alike.
"""
