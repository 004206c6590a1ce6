"""What a cold start of ingest imports, measured against a bare interpreter in the same run."""

import resource
import subprocess
import sys
from pathlib import Path

LAYER = Path(__file__).parents[3] / "layers/tocsin/python"
FORBIDDEN = ("aws_xray_sdk", "pydantic", "pydantic_settings", "requests", "numpy", "redis", "boto3")
TIMES_BARE = 32


def _run(code: str) -> str:
    environ = {"PYTHONPATH": str(LAYER), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    return done.stdout


def _cpu_s(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(code)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_ingest_imports_nothing_that_it_does_not_need() -> None:
    code = "import sys, tocsin.runtime.ingest; print(*sys.modules)"
    assert not set(FORBIDDEN) & set(_run(code).split())


def test_the_other_queue_stages_import_no_http_client_and_no_pydantic() -> None:
    for stage in ("enrich", "evaluate", "tick", "letters"):
        loaded = set(_run(f"import sys, tocsin.runtime.{stage}; print(*sys.modules)").split())
        assert not set(FORBIDDEN) & loaded, stage


def test_rules_import_no_feature_flags_before_a_tenant_has_one() -> None:
    loaded = set(_run("import sys, tocsin.runtime.rules; print(*sys.modules)").split())
    assert not {"openfeature", "pydantic", "boto3"} & loaded


def test_rules_import_what_a_source_needs_when_it_is_asked() -> None:
    loaded = set(_run("import sys, tocsin.runtime.rules; print(*sys.modules)").split())
    late = {"http", "secrets", "metricsources.prometheus", "metricsources.cloudwatch"}
    late = {f"tocsin.adapters.{name}" for name in late} | {"tocsin.pipeline.ownmetrics"}
    assert not (late | set(FORBIDDEN)) & loaded


def test_ingest_imports_no_cryptography_where_it_runs() -> None:
    # Development has pyOpenSSL, which urllib3 tries and which brings cryptography along.
    layer = (LAYER.parents[1] / "vendor" / "requirements.txt").read_text(encoding="utf-8")
    assert "pyopenssl" not in layer.lower()
    code = "import sys; sys.modules['OpenSSL'] = None; import tocsin.runtime.ingest; "
    loaded = _run(code + "print(*sys.modules)").split()
    assert not [name for name in loaded if name.partition(".")[0] == "cryptography"]


def test_the_import_of_ingest_costs_at_most_so_many_bare_interpreters() -> None:
    _run("import tocsin.runtime.ingest")
    bare_s = min(_cpu_s("pass") for _ in range(5))
    ingest_s = min(_cpu_s("import tocsin.runtime.ingest") for _ in range(5))
    assert ingest_s <= TIMES_BARE * bare_s, f"{ingest_s / bare_s:.1f} times a bare interpreter"
