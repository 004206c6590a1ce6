"""How the receivers of an Alertmanager's configuration are tried again.

Alertmanager tries a notification again after 0.5 s, then half as long again each time, for as
long as its alerts fire. Whoever comes from there relies on being told soon after a receiver
is well again, even if it was down for a while.
"""

from tocsin.domain.breaker import BreakerPolicy
from tocsin.domain.retry import RetryPolicy

# The tries are at 0.5, 1.3, 2.4, 4.1, 6.6 and 10.4 s, and then every ten seconds: a receiver
# that was down for eight seconds is told within three. Only one that takes others for a
# quarter of an hour and this one never makes it a dead letter.
RETRY = RetryPolicy(attempts=100, base_s=0.5, factor=1.5, cap_s=10.0, give_up_after_s=24 * 3600.0)
# It opens only where many groups fail for long, since who probes while it is open waits for a
# minute. Twenty groups make some 120 tries in eight seconds; forty make 240 in a minute.
BREAKER = BreakerPolicy(failures=200, window_s=60.0, open_s=5.0, open_cap_s=20.0)
