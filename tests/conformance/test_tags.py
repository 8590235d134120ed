"""When the tag of a list changes, and when it does not."""

import copy

import pytest
from catalog import DOCUMENT
from client import check
from expected import Catalog
from servers import import_document, until
from test_endpoints import LISTS

CONNECTIONS = 8  # at a time, so that each process of a server gets one or more


class Changing:
    """A server, and the document that its store is brought to hold."""

    def __init__(self, server):
        self.server = server
        self.document = copy.deepcopy(DOCUMENT)

    def change(self, part, number, **fields):
        """Gives an entry of one part other fields."""
        self.document[part][number].update(fields)
        self.commit()

    def commit(self, *options):
        import_document(self.server.store, self.document, *options)

    def tags(self):
        return {path: self.server.get(path).headers["etag"] for path in LISTS}

    def wait_for(self, *paths):
        """Until every process of the server has taken in what was committed."""
        for path in paths:
            wait_for(self.server, path, Catalog(self.document).get(path))

    def check_changed(self, before, *paths):
        """The tags of these lists are others than they were, and of no other list."""
        after = self.tags()
        assert {path for path in LISTS if after[path] != before[path]} == {*paths}


def wait_for(server, path, expected):
    def is_served():
        connections = [server.connect() for _ in range(CONNECTIONS)]
        try:
            answers = [connection.get(path) for connection in connections]
        finally:
            for connection in connections:
                connection.socket.close()
        return all(answer.body == expected.body for answer in answers)

    until(is_served)
    check(server.get(path), expected, server)


@pytest.fixture(scope="module")
def changing(start):
    return Changing(start(DOCUMENT))


@pytest.mark.parametrize("path, part, fields", [
    ("/v1/shapes", "shapes", {"mem_mib": 77}),
    ("/v1/rootfs", "rootfs", {"description": "another"}),
    ("/v1/hosts", "hosts", {"vm_count": 77}),
])
def test_a_change_of_one_list_changes_no_other_tag(changing, path, part, fields):
    before = changing.tags()
    changing.change(part, 1, **fields)
    changing.wait_for(path)
    changing.check_changed(before, path)


@pytest.mark.parametrize("path, part, fields", [
    ("/v1/shapes", "shapes", {"mem_mib": 78}),
    ("/v1/hosts", "hosts", {"vm_count": 78}),
])
def test_what_changes_no_answer_of_a_list_leaves_its_tag(changing, path, part, fields):
    """The same document again, and changes of users alone. The change of one list that is
    committed behind them shows when they have been taken in."""
    before = changing.tags()
    changing.commit()
    changing.commit("--replace")
    changing.document["users"].append({"id": f"for {path}"})
    changing.change("users", 0, stats={"running": 1, "total": 99 + len(path)})
    changing.change(part, 1, **fields)
    changing.wait_for(path)
    changing.check_changed(before, path)


@pytest.mark.parametrize("number, is_on_hosts", [(0, True), (3, False)])
def test_an_image_that_is_disabled_changes_the_tag_of_hosts_that_have_it(changing, number,
                                                                         is_on_hosts):
    name = changing.document["rootfs"][number]["name"]
    assert any(name in host["rootfses"] for host in changing.document["hosts"]) == is_on_hosts
    before = changing.tags()
    changing.change("rootfs", number, disabled=True)
    changing.wait_for("/v1/rootfs", "/v1/hosts")
    changing.check_changed(before, "/v1/rootfs", *["/v1/hosts"] * is_on_hosts)


def test_all_servers_of_a_store_give_the_same_tags(changing, start):
    other = start(store=changing.server.store)
    other_tags = {path: other.get(path).headers["etag"] for path in LISTS}
    assert other_tags == changing.tags()
    changing.change("hosts", 1, vm_count=79)
    changing.wait_for("/v1/hosts")
    wait_for(other, "/v1/hosts", Catalog(changing.document).get("/v1/hosts"))
    other_tags = {path: other.get(path).headers["etag"] for path in LISTS}
    assert other_tags == changing.tags()


def test_tags_are_the_same_after_a_restart(start):
    first = Changing(start(DOCUMENT))
    first.change("hosts", 1, vm_count=77)
    first.wait_for("/v1/hosts")
    tags = first.tags()
    first.server.end()
    again = start(store=first.server.store)
    for path in LISTS:
        answer = again.get(path)
        check(answer, Catalog(first.document).get(path), again)
        assert answer.headers["etag"] == tags[path]


@pytest.mark.parametrize("path", LISTS)
def test_the_tag_of_another_list_is_no_good(server, client, catalog, path):
    tags = {other: client.get(other).headers["etag"] for other in LISTS}
    assert len({*tags.values()}) == len(LISTS)
    for other in {*LISTS} - {path}:
        answer = client.get(path, f"If-None-Match: {tags[other]}")
        check(answer, catalog.get(path), server)
