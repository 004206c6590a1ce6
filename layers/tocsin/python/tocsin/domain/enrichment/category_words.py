"""The words by which the stage `categorise` knows what kind of trouble an alert is about.

What broke comes before how it shows: a database that is down is of the category database, and a
server that nobody knows better is of availability. So the categories of things stand first, and
win where two are even. A word is given in the singular; with an s it counts as well.
"""

from typing import Literal, get_args

Category = Literal[
    "certificate",
    "backup",
    "cost",
    "security",
    "disk",
    "queue",
    "database",
    "network",
    "kubernetes",
    "deployment",
    "monitoring",
    "latency",
    "errors",
    "saturation",
    "availability",
    "other",
]

CATEGORIES: tuple[Category, ...] = get_args(Category)

# By category, the words of each weight: from 5, which hardly means anything else, to 1.
WORDS: dict[Category, dict[int, str]] = {
    "certificate": {
        4: "certificate cert certmanager x509",
        3: "ssl tls",
        1: "handshake expiry expire expired",
    },
    "backup": {
        4: "backup snapshot velero pgbackrest restic barman",
        2: "restore restored",
        1: "dump",
    },
    "cost": {
        4: "billing",
        3: "cost charge spend",
        2: "budget spent usd eur invoice expensive",
        1: "monthly",
    },
    "security": {
        4: "malware trojan virus intrusion bruteforce attack ddos waf guardduty cve vulnerability "
        "vulnerabilities suspicious exploit phishing ransomware compromised",
        3: "security brute unauthorized attacked login authentication mfa sealed threat privilege "
        "injection",
        2: "firewall vault audit credential sudo",
        1: "root shell blocked forbidden secret",
    },
    "disk": {
        4: "disk filesystem inode raid zfs zpool nvme persistentvolume",
        3: "volume persistent storage ceph osd ebs bucket drive ssd lun iops pvc",
        2: "fs nas s3",
        1: "smart mountpoint",
    },
    "queue": {
        4: "queue kafka rabbitmq rabbit mq sqs amqp activemq pulsar nats pubsub kinesis celery "
        "sidekiq dlq deadletter",
        3: "consumer backlog broker unack unacked undelivered letter enqueued",
        2: "topic message",
        1: "lag partition stream oldest",
    },
    "database": {
        4: "database postgres postgresql mysql mariadb mongo mongodb redis cassandra "
        "elasticsearch elastic opensearch oracle mssql rds aurora dynamodb dynamo etcd "
        "clickhouse cockroach influxdb memcached pgbouncer patroni couchdb cloudsql elasticache "
        "tablespace deadlock",
        3: "db sql queries postgre",
        2: "query replication vacuum",
        1: "table replica slave transaction",
    },
    "network": {
        4: "network packet bgp ospf dns coredns dhcp vpn vlan bandwidth uplink conntrack",
        3: "interface tunnel switch router nat tcp icmp snmp wan lan subnet nic",
        2: "port link gateway peer ping transmit loss",
        1: "traffic receive proxy",
    },
    "kubernetes": {
        5: "kube kubernetes k8s",
        4: "pod kubelet daemonset statefulset replicaset hpa horizontalpodautoscaler crashloop "
        "crashlooping crashloopbackoff imagepullbackoff unschedulable",
        3: "stateful looping cronjob evicted eks gke aks",
        2: "pull backoff scheduler unready",
        1: "container image replica ready apiserver ingress",
    },
    "deployment": {
        4: "deploy deployed rollout build ci jenkins argocd argo helm terraform canary rollback",
        3: "runner flux",
        2: "deployment release pipeline rolled upgrade configuration reload sync migration apply "
        "workflow commit",
        1: "config progressing",
    },
    "monitoring": {
        4: "prometheus alertmanager watchdog thanos deadmansswitch",
        3: "exporter scrape scraping grafana loki mimir telegraf",
        2: "agent metric datapoint ingestion collector otel fluentd datadog zabbix test",
        1: "log alerting notification monitoring",
    },
    "latency": {
        4: "latency apdex ttfb",
        3: "slow",
        2: "slowly duration response percentile timeout delay delayed rtt",
        1: "time timed longer ms lag",
    },
    "errors": {
        4: "exception 5xx typeerror nullpointerexception",
        3: "error fault 4xx 502 503 504 unhandled traceback",
        2: "crash panic",
        1: "fail failed failing failure internal burn abort",
    },
    "saturation": {
        4: "cpu memory oom swap heap gpu",
        3: "load mem ram thread throttling quota exhausted saturation descriptor concurrent gc "
        "garbage overload overloaded",
        2: "pool throttled limit utilization saturated fd jvm",
        1: "usage capacity full process processes pressure",
    },
    "availability": {
        4: "unreachable unavailable availability uptime heartbeat outage unresponsive econnrefused",
        3: "down absent unhealthy respond responding offline reboot rebooted systemd",
        2: "probe health dead answered restarted gone website refused running stopped",
        1: "missing healthy disappeared status check site unit reported closed connect",
    },
}
