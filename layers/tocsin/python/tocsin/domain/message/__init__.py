"""What a notification says to people, in no channel's markup yet.

`content` is what it says by default, `overriding` what a tenant's own template makes of that.
"""
