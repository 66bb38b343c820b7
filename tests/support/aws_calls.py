"""Which AWS calls a function can reach, by the types that mypy finds: the call graph from its entry point on.

A reference to a function counts as a call of it, so that what is handed over to be called later is followed too.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import botocore.session
from botocore import xform_name
from mypy import build
from mypy.modulefinder import BuildSource
from mypy.nodes import ClassDef, Decorator, Expression, FuncDef, MypyFile, TypeInfo
from mypy.options import Options
from mypy.traverser import NameAndMemberCollector
from mypy.types import AnyType, Instance, Type, TypeOfAny, UnionType, get_proper_type

from photobak.stack.bundle import SERVICES

PACKAGE: Final = Path(__file__).parents[2] / "photobak"

_NOT_FOLLOWED: Final = (
    *("aws_lambda_powertools", "boto3", "botocore", "cryptography", "PIL", "pillow_heif", "pydantic", "pydantic_core"),
    *("requests", "urllib3", "mypy_boto3_dynamodb.service_resource", "mypy_boto3_s3.service_resource"),
)
"""Large, and nothing of ours is called through their types."""

_SPOKEN_BY_HAND: Final = {
    "photobak.cloud.store.connections.Connections.post": ("execute-api", "PostToConnection"),
    "photobak.cloud.store.connections.Connections.close": ("execute-api", "DeleteConnection"),
}
"""What is asked for without a client of botocore's."""


@dataclass
class Body:
    """What one function refers to."""

    words: frozenset[str]
    """Every string in it, and every name of an argument that it gives."""
    references: set[str] = field(default_factory=set)
    """Full names of functions and methods."""
    calls: set[tuple[str, str]] = field(default_factory=set)
    """AWS's services, as boto3 names them, and their operations, as AWS does: ``("dynamodb", "GetItem")``."""
    untyped: list[str] = field(default_factory=list)
    """AWS operations of objects whose type isn't known, and where."""


class CallGraph:
    """All functions of a part of the package."""

    def __init__(self, part: str) -> None:
        result = build.build(list(_sources(part)), _options())
        assert result.errors == []
        self.bodies: dict[str, Body] = {}
        self._decorated: dict[str, list[str]] = {}
        for name, file in result.files.items():
            if name.startswith("photobak."):
                words = list(_words(Path(file.path)))
                for function in _functions(file):
                    own = range(function.line, (function.end_line or function.line) + 1)
                    body = Body(frozenset(word for line, word in words if line in own))
                    _read(body, function, result.types)
                    if function.fullname in _SPOKEN_BY_HAND:
                        body.calls.add(_SPOKEN_BY_HAND[function.fullname])
                    self.bodies[function.fullname] = body
                self._decorated[name] = [each.fullname for each in file.defs if isinstance(each, Decorator)]

    def reachable(self, handler: str) -> dict[str, Body]:
        """The functions that a Lambda's handler can reach; routes are found through their decorators."""
        module = handler.rpartition(".")[0]
        found: dict[str, Body] = {}
        waiting = [handler, *self._decorated[module]]
        while waiting:
            name = waiting.pop()
            if name in self.bodies and name not in found:
                found[name] = self.bodies[name]
                waiting.extend(self.bodies[name].references)
        return found


def _options() -> Options:
    options = Options()
    options.export_types = options.preserve_asts = True
    options.incremental = False
    options.ignore_missing_imports = True
    options.python_executable = sys.executable
    skipped = [pattern for name in _NOT_FOLLOWED for pattern in (name, f"{name}.*")]
    options.per_module_options = {pattern: {"follow_imports": "skip"} for pattern in skipped}
    return options


def _sources(part: str) -> Iterator[BuildSource]:
    for path in (PACKAGE / part).rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        yield BuildSource(str(path), ".".join(parts).removesuffix(".__init__"))


def _functions(file: MypyFile) -> Iterator[FuncDef]:
    for definition in file.defs:
        members = definition.defs.body if isinstance(definition, ClassDef) else [definition]
        for member in members:
            if isinstance(member, Decorator):
                yield member.func
            elif isinstance(member, FuncDef):
                yield member


def _read(body: Body, function: FuncDef, types: dict[Expression, Type]) -> None:
    found = NameAndMemberCollector()
    function.accept(found)
    for name in found.name_exprs:
        if isinstance(name.node, TypeInfo):
            body.references |= {f"{name.node.fullname}.{each}" for each in ("__init__", "__post_init__")}
        elif name.node is not None:
            body.references.add(name.node.fullname)
    for member in found.member_exprs:
        if member.node is not None:  # a name inside a module
            body.references.add(member.node.fullname)
        for receiver in _alternatives(types.get(member.expr)):
            if _is_unknown(receiver) and member.name in _every_operation():
                body.untyped.append(f"{function.fullname}, line {member.line}: {member.name}")
            if isinstance(receiver, Instance):
                _refer(body, receiver.type, member.name)


def _refer(body: Body, info: TypeInfo, name: str) -> None:
    if info.fullname.startswith("mypy_boto3_") and info.name.endswith("Client"):
        service = info.fullname.split(".")[0].removeprefix("mypy_boto3_").replace("_", "-")
        operations = _operations(service)
        spoken = body.words if name in ("get_paginator", "get_waiter", "generate_presigned_url") else {name}
        body.calls |= {(service, operations[each]) for each in spoken if each in operations}
        if name == "generate_presigned_post":
            body.calls.add((service, "PutObject"))
        return
    for base in info.mro:
        if name in base.names:
            body.references.add(f"{base.fullname}.{name}")
            return


def _words(path: Path) -> Iterator[tuple[int, str]]:
    """Every string, and every name of an argument that is given, by line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        if isinstance(node, ast.keyword) and node.arg:
            yield node.lineno, node.arg


def _is_unknown(found: Type) -> bool:
    """Whether anything could be called on it, unless it is of a package that isn't followed."""
    while isinstance(found, AnyType) and found.source_any is not None:
        found = found.source_any
    return isinstance(found, AnyType) and found.type_of_any != TypeOfAny.from_unimported_type


def _alternatives(found: Type | None) -> list[Type]:
    proper = get_proper_type(found) if found is not None else None
    if isinstance(proper, UnionType):
        return [each for item in proper.items for each in _alternatives(item)]
    return [] if proper is None else [proper]


@cache
def _operations(service: str) -> dict[str, str]:
    """AWS's names of operations, by boto3's."""
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


@cache
def _every_operation() -> frozenset[str]:
    return frozenset(name for service in SERVICES for name in _operations(service))
