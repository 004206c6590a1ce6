"""Servers on loopback with the shape of vendors, as their documentation describes it."""
