from pathlib import Path
from typing import Annotated

import msgspec
from click.testing import CliRunner
from pydantic import BaseModel, Field

from cli.commands.docs import PAGES, command
from cli.reference.fields import field_rows
from cli.reference.variables import variable_rows
from tocsin.configuration.fields import Duration, between

ROOT = Path(__file__).parents[3]


def test_the_committed_pages_are_what_would_be_generated():
    for path, page in PAGES.items():
        assert (ROOT / path).read_text(encoding="utf-8") == page(), "run `make docs`"


def test_docs_writes_what_check_then_accepts():
    runner = CliRunner(mix_stderr=False)
    with runner.isolated_filesystem():
        Path("docs/providers").mkdir(parents=True)
        stale = runner.invoke(command, ["--check"])
        assert stale.exit_code == 1
        assert f"stale: {', '.join(map(str, PAGES))};" in stale.stderr
        assert not Path("docs/configuration.md").exists()
        wrote = "".join(f"wrote {path}\n" for path in PAGES)
        assert runner.invoke(command).output == wrote
        assert runner.invoke(command, ["--check"]).exit_code == 0
        assert runner.invoke(command).output == ""


class Leaf(BaseModel):
    """A leaf."""

    count: int = Field(default=3, ge=1, le=9, description="How many.")
    words: list[str] = Field(description="Which.")
    wait: Annotated[Duration, between("100ms", "10s")] = Field(
        default="1s", description="How long."
    )


class Tree(BaseModel):
    """A tree."""

    leaves: dict[str, Leaf] = Field(default={}, description="The leaves.")
    leaf: Leaf | None = Field(default=None, description="One leaf.")


def test_fields_are_rows_of_path_type_default_and_meaning():
    assert list(field_rows(Tree)) == [
        ("`leaves`", "blocks by name", "", "The leaves."),
        ("`leaves.NAME.count`", "number, 1 to 9", "`3`", "How many."),
        ("`leaves.NAME.words`", "list of text", "required", "Which."),
        ("`leaves.NAME.wait`", "duration, 100ms to 10s", "`1s`", "How long."),
        ("`leaf`", "block", "", "One leaf."),
        ("`leaf.count`", "number, 1 to 9", "`3`", "How many."),
        ("`leaf.words`", "list of text", "required", "Which."),
        ("`leaf.wait`", "duration, 100ms to 10s", "`1s`", "How long."),
    ]


class First(msgspec.Struct, rename=str.upper):
    table: Annotated[str, msgspec.Meta(description="A table.")]
    plain: str


class Second(msgspec.Struct, rename=str.upper):
    table: Annotated[str, msgspec.Meta(description="A table.")]


def test_a_variable_is_one_row_with_the_functions_that_read_it():
    assert list(variable_rows({"first": First, "second": Second})) == [
        ("`TABLE`", "all", "A table."),
        ("`PLAIN`", "first", ""),
    ]
