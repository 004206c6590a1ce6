"""How large the parts of an alert may be, as `docs/alert.md` says, and of pushed metrics."""

from tocsin.domain import alert

# More in one request would keep a worker longer than its time allows.
ALERTS_PER_REQUEST = 10_000

# Points of metrics in one request.
POINTS_PER_REQUEST = 10_000
METRIC_NAME_CHARACTERS = 256

# Labels are identity, so what is above a limit is refused: a cut label could join two alerts.
LABELS_PER_ALERT = 128
LABEL_NAME_CHARACTERS = 256
LABEL_VALUE_CHARACTERS = 4096

# Annotations are for people: a longer text is cut, since a long text is no reason to lose an
# alert, and the archive keeps the whole.
ANNOTATIONS_PER_ALERT = alert.ANNOTATIONS_PER_ALERT
ANNOTATION_VALUE_CHARACTERS = alert.ANNOTATION_VALUE_CHARACTERS

# A link that was cut leads nowhere: a longer one is left out.
URL_CHARACTERS = alert.URL_CHARACTERS

# How much of a sender's own text an error message repeats.
QUOTED_CHARACTERS = 64
