"""Every golden request gets its golden answer, in process."""

import golden
import muster
import pytest

GROUPS = {group.name: group for group in golden.load_groups()}
CASES = [
    pytest.param(group.name, case, id=f"{group.name}: {case.name}")
    for group in GROUPS.values()
    for case in group.cases
]


@pytest.fixture(scope="module")
def senders():
    """A `send` for each group, over a catalog of its own."""
    made = {}

    def sender(group_name):
        if group_name not in made:
            catalog = muster.Catalog.in_memory()
            catalog.import_document(GROUPS[group_name].catalog)
            made[group_name] = sender_to(catalog)
        return made[group_name]

    return sender


def sender_to(catalog):
    def send(method, target, headers):
        response = catalog.handle(method, target, headers)
        if response is None:
            response = muster.Handler.not_found(method, target, headers)
        fields = {name.lower(): value for name, value in response.headers.items()}
        return golden.Answer(response.status, fields, response.body)

    return send


def test_the_golden_files_are_found():
    assert "seed" in GROUPS
    assert len(CASES) > 100


@pytest.mark.parametrize("group_name, case", CASES)
def test_answer_is_golden(senders, group_name, case):
    golden.check(case, senders(group_name))


@pytest.mark.parametrize("group_name", GROUPS)
def test_names_of_cases_are_unique(group_name):
    names = [case.name for case in GROUPS[group_name].cases]
    assert len(names) == len(set(names))
