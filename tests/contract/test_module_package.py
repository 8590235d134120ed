"""The package: its stubs, its names, and what it shows to a linker."""

import ast
import dataclasses
import inspect
import pathlib
import subprocess

import muster
import muster._muster
import pytest


def stub():
    path = pathlib.Path(muster.__file__).with_name("__init__.pyi")
    return ast.parse(path.read_text())


def stub_classes():
    return {node.name: node for node in stub().body if isinstance(node, ast.ClassDef)}


def parameters_of_stub(function):
    a = function.args
    names = [p.arg for p in [*a.posonlyargs, *a.args, *a.kwonlyargs]]
    return [name for name in names if name != "self"]


def parameters_of_docstring(text):
    """The names in the signature that pybind11 writes in front of a docstring."""
    names = []
    for part in text.split("\n")[0].partition("(")[2].rpartition(") ->")[0].split(", "):
        name = part.partition(":")[0]
        if name and name[0] not in "*" and name != "self":
            names.append(name)
    return names


def test_package_is_marked_as_typed():
    assert pathlib.Path(muster.__file__).with_name("py.typed").exists()


def test_stub_has_what_the_package_has():
    classes = stub_classes()
    named = set(classes)
    for node in stub().body:
        if isinstance(node, ast.AnnAssign):
            named.add(node.target.id)
        elif isinstance(node, ast.FunctionDef):
            named.add(node.name)
    assert set(muster.__all__) <= named
    for name, node in classes.items():
        if name.startswith("_"):
            continue
        actual = getattr(muster, name)
        assert [base.__name__ for base in actual.__bases__ if base is not object] in (
            [ast.unparse(base).partition("[")[0] for base in node.bases],
            ["pybind11_object"],
        )


@pytest.mark.parametrize("name", ["Catalog", "Snapshot", "Handler", "Response", "WriteBatch"])
def test_stub_has_the_methods_and_their_parameters(name):
    actual = getattr(muster, name)
    functions = [
        node for node in stub_classes()[name].body if isinstance(node, ast.FunctionDef)
    ]
    in_stub = {node.name: node for node in functions}
    public = {method for method in vars(actual) if not method.startswith("_")}
    assert public == {method for method in in_stub if not method.startswith("_")}
    for method in public:
        doc = inspect.getdoc(getattr(actual, method)) or ""
        if "(" in doc.split("\n")[0]:
            assert parameters_of_docstring(doc) == parameters_of_stub(in_stub[method]), method


def test_stub_has_the_fields_of_the_values():
    for name, node in stub_classes().items():
        actual = getattr(muster, name, None)
        if not dataclasses.is_dataclass(actual):
            continue
        fields = [part for part in node.body if isinstance(part, ast.AnnAssign)]
        assert [field.target.id for field in fields] == [
            field.name for field in dataclasses.fields(actual)
        ]
        assert {field.target.id for field in fields if may_be_left_out(field.value)} == {
            field.name for field in dataclasses.fields(actual) if has_default(field)
        }


def may_be_left_out(value):
    """Whether what stands behind a field's type in the stub is a default."""
    if isinstance(value, ast.Call):
        return any(keyword.arg.startswith("default") for keyword in value.keywords)
    return value is not None


def has_default(field):
    missing = dataclasses.MISSING
    return field.default is not missing or field.default_factory is not missing


def test_classes_say_that_they_are_of_the_package():
    for name in muster.__all__:
        if isinstance(getattr(muster, name), type):
            assert getattr(muster, name).__module__ == "muster"


def test_classes_and_methods_say_what_they_do():
    for name in ("Catalog", "Snapshot", "Handler", "Response", "WriteBatch"):
        assert inspect.getdoc(getattr(muster, name))
    for method in ("open", "apply", "handle", "import_document", "close"):
        assert inspect.getdoc(getattr(muster.Catalog, method))


def test_the_extension_shows_nothing_of_the_engine_to_a_linker():
    listed = subprocess.run(
        ["nm", "-D", "--defined-only", "--just-symbols", muster._muster.__file__],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert listed.stdout.split() == ["PyInit__muster"]
