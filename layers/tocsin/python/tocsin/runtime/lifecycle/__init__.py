"""What people see of one alert and do about it, as functions over ports.

`dispatch.handle` answers a request, for the api function and for a plain HTTP server alike.
"""
