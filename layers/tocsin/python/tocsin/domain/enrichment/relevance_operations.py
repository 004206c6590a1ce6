"""Words of those who run things: a text that holds them is no news, whatever else it says."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# One of these decides. The list errs towards too many: the price is news that goes unmarked.
DECISIVE = _words("""
p50 p90 p95 p99 percentile latency throughput bandwidth packet packets rtt slo sla sli apdex
4xx 5xx http https tls ssl dns tcp udp icmp grpc bgp vpn nat api apis sdk url urls endpoint
endpoints backend backends frontend frontends websocket websockets webhook webhooks middleware
timeout timeouts timed deadline_exceeded servfail handshake unreachable unavailable degraded
degradation outage outages downtime uptime downdetector failover failback rollback heartbeat
healthcheck threshold thresholds exceeded exceeds watchdog runbook runbooks oncall postmortem
cpu ram heap disk disks inode inodes filesystem raid ups psu bios firmware chassis rack
kernel oom oomkilled segfault coredump crashloop crashloopbackoff crashlooping traceback
stacktrace exception exceptions deadlock deadlocks mutex threadpool stderr stdout
pod pods kubernetes kubelet k8s namespace namespaces container containers daemonset statefulset
ingress replicaset autoscaling autoscaler cluster clusters quorum replica replicas replication
vm vms hypervisor ec2 s3 rds ecs eks lambda dynamodb cloudwatch iam aws gcp azure
redis postgres postgresql mysql mariadb mongodb cassandra kafka rabbitmq elasticsearch memcached
nginx haproxy apache tomcat etcd zookeeper prometheus grafana terraform jenkins vault consul jira
database databases db sql query queries schema shard shards reindex indexer lag lagging backlog
queues enqueue dequeue dlq etl cron crontab daemon scheduler importer poller parser ingest
ingestion ingests payload json xml csv sftp ftp ssh smtp imap postfix mx websso oauth sso ldap
server servers host hosts hostname localhost router routers firewall firewalls subnet loadbalancer
datacenter datacenters mainframe encoder encoders transcoder transcoders bitrate buffering rebuffer
playback cdn cache caches drm hls entitlement throttled throttles throttling quota quotas
bytes gib mib kib mbit gbit rps qps iops
deploy deploys deployed deployment deployments changeset hotfix commit rollout
config misconfigured credentials token tokens auth login logins logon
certificate certificates cert certs checksum mismatch
reboot reboots rebooted rebooting restarts restarted unresponsive offline stale desync
sync syncs synced outofsync duplicate duplicated
cve cvss vulnerability vulnerabilities exploit exploited exploits ransomware malware phishing
trojan botnet ddos cyberattack cyberattacks hackers attackers extortion breach breaches leaked
xss injection waf siem
evacuate evacuated evacuation shelter hurricane tornado blizzard wildfire earthquake tsunami
flooding flood floods gusts thunderstorm lightning generators generator magnitude explosion bomb
monitor monitors monitoring alert alerts alarm alarms sev1 sev2 incident incidents escalation
feed feeds consumer workflow rejected ledger
500 502 503 504 401 403 404 408 429 proxy gateway svc cable cables undersea
anomaly anomalies flapping restart unplayable spinning unprocessed idempotent
""")

# The same of more than one word, with what they are bounded by.
_PHRASES = """
data center, data centre, data centers, on call, error rate, error rates, out of memory,
race condition, dead letter, zero day, power outage, without power, time out, times out,
timed out, out of date, storm warning, weather warning, flood warning, tornado warning,
red warning, hurricane watch, set top, health check, load balancer, status page
"""
DECISIVE_PHRASES = tuple(f" {' '.join(phrase.split())} " for phrase in _PHRASES.split(","))

# These speak against, but news uses them too: how many of the points for news each takes.
DOUBTFUL = {
    word: points
    for points, words in (
        (
            1,
            """
            power load memory traffic network stream streams release released volume index
            shows screen camera terminal card process processes running runs account accounts
            session sessions status level levels usual average number signal channel channels
            satellite report reports twice lost customers subscribers worker workers thread
            threads change changes search browser device devices connection connections online
            file files link links site sites refuses old same right black landing recovered
            happens
            """,
        ),
        (
            2,
            """
            service services system systems platform request requests response fail fails
            failed failing failure failures error errors crash crashed crashes stopped stops
            blocked blocking stuck missing delayed delays slow broken invalid wrong empty
            interrupted disabled resumed detected unexpected do does doesn don isn import
            imports export exports upload job jobs batch pipeline model models backup node
            nodes instance instances engine core build test tests tested bug version data
            capacity rate ratio peak warning warnings emergency critical severity attack
            attacked stolen bank payment payments transaction transactions invoice support
            operator operators provider region zone sensor below above within behind minutes
            seconds hours ticketing settlement settled pending not page pages app apps icon
            users check checks waiting blank incomplete partner campaign affected nothing
            nobody please drops spikes frozen disappeared refused entries closed locked
            suspended hangs conversion falls high sold charged viewers stored accepted opened
            down late no queue sound
            """,
        ),
        (
            3,
            """
            gaps fires cannot loading updating updated processed investigate widget reachable
            complain p1 p2 prod production staging answers computed expected readonly limits
            limit
            """,
        ),
    )
    for word in words.split()
}

# What only senders of systems put into labels; an alert that has one is never looked at.
LABELS = _words("""
instance job pod container namespace node host hostname host_name cluster device mountpoint
interface port disk volume persistentvolumeclaim deployment statefulset daemonset replicaset
ingress queue database db dbinstanceidentifier instanceid instance_id service service_name app
application component server vm env environment stage region zone availability_zone
functionname tablename bucketname loadbalancer monitor_id check_id trigger_id dedup_key
""")

# What only those who pass on what somebody published put into labels or annotations.
PUBLISHED = _words("""
author byline publisher pubdate published published_at article_url headline guid rss feed_url
feed_title newsletter
""")

# Senders that watch systems, so that what they say is about systems: it may name a site that
# sells tickets. News comes through the others: generic JSON, mappings of a tenant's own, events
# sent by hand or by a program.
SENDERS = _words("""
azure checkmk cloudwatch coralogix datadog dead-mans-snitch dynatrace gcp grafana graylog
healthchecks icinga2 kibana librenms netdata newrelic pingdom rollbar sentry signalfx site24x7
splunk statuscake sumologic tocsin uptime-kuma victoriametrics zabbix
""")
