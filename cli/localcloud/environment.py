"""The environment of the local cloud's processes: made from nothing, so that no profile,
credential or log level of the user's shell reaches them.
"""

import os
import sys
from pathlib import Path

REGION = "us-east-1"
ACCESS_KEY_ID = "test"
SECRET_ACCESS_KEY = "test"  # noqa: S105 - the emulator's root account has no other

# LOG_LEVEL must stay out: the emulator hands its environment to the functions.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "USER", "SSL_CERT_FILE", "UV_CACHE_DIR")


def clean_environment(scratch: Path) -> dict[str, str]:
    """Return what every child gets: paths, and the emulator's credentials."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    bin_directory = Path(sys.executable).parent
    kept["PATH"] = f"{bin_directory}{os.pathsep}{kept.get('PATH', os.defpath)}"
    return kept | {
        "TMPDIR": str(scratch),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
    }
