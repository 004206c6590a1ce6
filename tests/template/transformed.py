"""The template as SAM hands it to CloudFormation, with parameters and mappings filled in."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from tests.untraced import untraced

ROOT = Path(__file__).parents[2]
NO_VALUE = {"Ref": "AWS::NoValue"}

Resource = dict[str, Any]


@untraced
def source() -> dict[str, Any]:
    """Return template.yaml as it is written."""
    return yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))


def _packaged(template: dict[str, Any]) -> dict[str, Any]:
    """Put an address where `sam package` would put that of the uploaded code."""
    for resource in template["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource["Properties"]:
                resource["Properties"][name] = "s3://bucket/key"
    return template


@untraced
def _transformed(template: dict[str, Any], parameters: dict[str, str]) -> dict[str, Any]:
    # A region of its own, so that the caller's AWS environment plays no part.
    session = boto3.Session(region_name="eu-central-1")
    return Translator({}, Parser(), boto_session=session).translate(template, parameters)


class Stack:
    """What one choice of parameters deploys."""

    def __init__(self, **parameters: str) -> None:
        template = source()
        self.parameters = {
            name: _read(parameter["Type"], parameters.get(name, parameter["Default"]))
            for name, parameter in template["Parameters"].items()
        }
        self.mappings: dict[str, Any] = template["Mappings"]
        self.conditions: dict[str, Any] = template["Conditions"]
        found = _transformed(_packaged(template), parameters)
        self.resources: dict[str, Resource] = {
            name: self.resolve(resource)
            for name, resource in found["Resources"].items()
            if "Condition" not in resource or self._holds(resource["Condition"])
        }
        self.outputs: dict[str, Any] = found["Outputs"]

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Return the properties of all resources of a CloudFormation type, by logical id."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def __getitem__(self, name: str) -> Resource:
        """Return the properties of one resource."""
        properties: Resource = self.resources[name]["Properties"]
        return properties

    def resolve(self, value: Any) -> Any:
        """Replace parameters, mappings and conditions; leave references to resources."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item != NO_VALUE]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Fn::FindInMap"}:
            name, row, column = value["Fn::FindInMap"]
            return self.mappings[name][row][column]
        if set(value) == {"Fn::If"}:
            condition, then, otherwise = value["Fn::If"]
            return self.resolve(then if self._holds(condition) else otherwise)
        if set(value) == {"Ref"} and value["Ref"] in self.parameters:
            return self.parameters[value["Ref"]]
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item != NO_VALUE}

    def _holds(self, condition: str | Mapping[str, Any]) -> bool:
        if isinstance(condition, str):
            return self._holds(self.conditions[condition])
        if "Fn::Not" in condition:
            return not self._holds(condition["Fn::Not"][0])
        left, right = map(self._compared, condition["Fn::Equals"])
        return bool(left == right)

    def _compared(self, value: Any) -> Any:
        if isinstance(value, dict) and "Fn::Select" in value:
            place, items = value["Fn::Select"]
            return self.resolve(items)[place]
        return self.resolve(value)


def _read(kind: str, value: Any) -> Any:
    return value.split(",") if kind == "CommaDelimitedList" else value


def target(value: Any) -> str:
    """Return the logical id that a Ref, GetAtt or Sub is about."""
    if "Ref" in value:
        return str(value["Ref"])
    if "Fn::GetAtt" in value:
        return str(value["Fn::GetAtt"][0])
    return str(value["Fn::Sub"]).split("${", 1)[1].split(".", 1)[0].split("}", 1)[0]


def as_list(value: Any) -> list[Any]:
    """Return what a policy may write as one value or as a list of them."""
    return value if isinstance(value, list) else [value]


def statements(document: Mapping[str, Any]) -> Iterator[Resource]:
    """Yield the statements of a policy document."""
    yield from as_list(document["Statement"])
