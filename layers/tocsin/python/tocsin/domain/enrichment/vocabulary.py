"""The words of monitoring: which of them name the same, and which can never mean the same.

A concept is written as the regular expression of its words, in lower case, as they stand in texts
whose names are split (`HostHighCpuLoad` is `host high cpu load`). Where several begin at one place,
the first in the list counts. Sources: the default rules of Prometheus's mixins, the templates of
Zabbix and Netdata, and the default monitors of Datadog and CloudWatch.
"""

# What is wrong with what. Two alerts that name different subjects are different problems.
SUBJECTS: dict[str, str] = {
    "out of memory kill": r"oom(?: ?kill(?:ed|er|ing|s)?| detected)?s?|oomkilled",
    "crash loop": (
        r"crash ?loop(?:ing|back ?off)?(?: back ?off)?|back ?off restarting"
        r"|keeps crashing"
    ),
    "image pull": r"image ?pull(?: back ?off)?|err ?image ?pull",
    "inodes": r"inodes?(?: left)?|index nodes?|out of files",
    "swap": r"swap(?:ping)?|paging",
    "heap": r"heap|gc|garbage collection",
    "iowait": r"io ?wait",
    "throttling": r"throttl(?:ed|es|ing)",
    "deadlock": r"dead ?locks?",
    "connections": r"connections?",
    "replication stopped": r"replication (?:has |is )?(?:stopped|broken|not running)",
    "replication": (
        r"replication(?: lag| delay)?|streaming lag"
        r"|behind (?:its |the )?(?:primary|master)"
    ),
    "consumer lag": r"consumers? (?:group )?lag|lag",
    "certificate": r"(?:ssl|tls|x509)?(?: ?certificates?| cert\b)|ssl|tls",
    "backup": r"backups?",
    "restore": r"restores?",
    "clock": r"clock(?: skew)?|ntp|time sync(?:hronization)?|out of sync",
    "restart": r"restart(?:ed|s)?|reboot(?:ed|s)?|uptime",
    "temperature": r"temperatures?|too hot|over ?temperature|overheat(?:ed|ing)",
    "fan": r"fans?",
    "power supply": r"power suppl(?:y|ies)|psu",
    "packet errors": (
        r"(?:receive|transmit|interface) errs?"
        r"|(?:packets?|receive|transmit) (?:loss|drop(?:ped|s)?|errors?)"
    ),
    "queue age": r"oldest message|age",
    "queue depth": r"queue (?:depth|length|size)|messages? visible|backlog|depth",
    "iops": r"iops",
    "latency": (
        r"latency|slow(?:ly|er)?|response times?|request duration|duration|percentile"
        r"|await|responses? are too slow|take(?:s)? too long"
        r"|slow to (?:answer|respond)"
    ),
    "server errors": r"5xx|server errors?",
    "client errors": r"4xx|client errors?",
    "errors": (
        r"errors?|failed (?:invocations|requests|jobs)|failures?"
        r"|error (?:rate|ratio|count)|exceptions?"
    ),
    "memory": r"memory|mem|ram",
    "cpu": r"cpu(?: load| utili[sz]ation| usage)?|cpuutilization|processor",
    "load": r"load(?: average)?|loadavg",
    "disk space": (
        r"(?:disk|file ?systems?|storage|volume|free|available)? ?space|file ?systems?"
        r"|disk (?:almost )?full|free storage|disk (?:usage|used|in use)|disk"
    ),
    "network traffic": (
        r"network (?:throughput|traffic|utili[sz]ation|interface)|bandwidth(?: usage)?"
        r"|(?:received |sent )?traffic|net"
    ),
    "link": r"link|port status|interface",
    "request rate": r"(?:request|order|message)s? rate",
    "threads": r"threads?(?: running)?",
    "node readiness": r"node not ready|node (?:is |has been )?(?:not ready|unready)|unready",
    "replicas": (
        r"replicas mismatch|expected number of replicas|in sync replicas"
        r"|topics? replicas"
    ),
    "health": r"health|cluster (?:status|red|yellow)",
}

# The subject of what names no other and is not there: `availability`.
AVAILABILITY = (
    r"down|unreachable|reachable|not (?:available|reporting|reported)|unavailable|offline|up again"
    r"|(?:probe|check|ping|request)s?(?: of \w+)? (?:has |have )?(?:failed|fails?|failing)"
    r"|(?:probe|check|ping|request)s?(?: of \w+)? (?:has |have )?succeeded"
    r"|(?:stopped )?reporting|is up"
)
# These say what is wrong and not with what: the other words of a text tell it.
GENERAL = frozenset({"availability", "errors", "latency", "server errors", "client errors"})

# Words of which an alert holds one side at most, by axis: alerts of different sides are different
# problems.
AXES: dict[str, dict[str, str]] = {
    "direction": {
        "inbound": (
            r"inbound|incoming|in ?gress|receiv(?:e|ed|es|ing)|rcvd|download"
            r"|(?:throughput|traffic|network|bytes|octets) in"
        ),
        "outbound": (
            r"outbound|outgoing|e ?gress|sent|transmit(?:ted)?|upload"
            r"|(?:throughput|traffic|network|bytes|octets) out"
        ),
    },
    "access": {
        "reads": r"reads?|reading|r await",
        "writes": r"writes?|writing|w await",
    },
    "trend": {
        "increase": (
            r"increas(?:e|ed|es|ing)|rose|rises?|surges?|spikes?"
            r"|unusually (?:many|high)|above its usual"
        ),
        "decrease": (
            r"decreas(?:e|ed|es|ing)|drop(?:ped|s)?|falls?|fell|unusually (?:few|low)"
            r"|below its usual"
        ),
    },
    "use": {
        "idle": (
            r"idle|under ?utili[sz]ed|under ?used|unused|not enough|too few"
            r"|no messages|without messages|cpu low"
        ),
        "busy": (
            r"busy|high|too many|near (?:the |its )?limit|close to"
            r"|(?:almost|nearly) (?:full|exhausted)|saturat(?:ed|ion)|filling up|running out"
            r"|run out|exhausted|overload(?:ed)?|out of|critically low|almost out"
        ),
    },
    "level": {
        "too low": r"too low|too cold|low (?:request|temperature)|under ?temperature",
        "too high": r"too (?:high|hot)|high (?:request|temperature)|over ?temperature|above",
    },
    "state": {
        "up": (
            r"up again|is up|link up|recovered|back online"
            r"|(?:is |are )?reporting again|succeeded|success|is ready|healthy"
        ),
        "down": (
            r"down|unreachable|not (?:available|ready|reporting|running)|unavailable"
            r"|unready|non ready|offline|failed|fails?|failing|failure|stopped|lost"
            r"|stopped reporting|has not reported"
        ),
    },
    "role": {
        "primary": r"primary|master|leader|writer",
        "replica": r"replicas?|slave|standby|secondary|follower|reader",
    },
    "color": {
        "red": r"red",
        "yellow": r"yellow",
        "green": r"green",
    },
    "expiry": {
        "expired": r"(?:has |is )?expired|invalid",
        "expires": r"expires?|will expire|expiring|about to expire",
    },
    "environment": {
        "production": r"prod(?:uction)?|prd",
        "staging": r"staging|stage|stg",
        "testing": r"testing|qa|uat|dev|development|preprod|sandbox|canary",
    },
}

_STOP = """
a an the is are was were be been being has have had of on at in to for from with by over and or
as its it this that these than then more less greater during last past current currently average
avg sum min max value values threshold crossed datapoints datapoint query result labels label
map metric instance job host server alert alarm alerting monitor trigger triggered check warning
warn critical crit problem level very too now about soon when while there which who some any
only least most also second seconds minute minutes hour hours day days week weeks longer time
times reached status state code total container containers namespace pod pods waiting reason
needs attention component unit operational page name not no node please see kubernetes kube
linux windows aws rds sqs es unusual cluster
"""
# What is in every alert and tells none from another.
STOP = frozenset(_STOP.split())
