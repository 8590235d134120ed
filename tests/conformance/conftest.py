"""The options of the suite, and the server that it asks.

    pytest tests/conformance                      # muster serve, in build/
    pytest tests/conformance --not-found host --command 'build/examples/beast {store} {port}'
    pytest tests/conformance --base-url http://127.0.0.1:8080 --catalog document.json
"""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "shared"))

import differences  # noqa: E402
import expected  # noqa: E402
from catalog import DOCUMENT  # noqa: E402
from servers import DEFAULT_COMMAND, Server, StartedServer, Traits, import_document  # noqa: E402


def pytest_addoption(parser):
    group = parser.getgroup("the server under test")
    group.addoption("--command", default=DEFAULT_COMMAND,
                    help="how to start it, with {store} and {port}: default %(default)s")
    group.addoption("--base-url", help="a server that runs already, instead of a command")
    group.addoption("--catalog", metavar="FILE",
                    help="with --base-url: the document it serves; "
                         "default: what catalog.py prints")
    group.addoption("--not-found", choices=["muster", "host"], default="muster",
                    help="who answers a path that is not Muster's; `host` is an example "
                         "program, with its own route and header too")
    group.addoption("--own-routes", action="store_true",
                    help="it has the examples' own route and header, though below the "
                         "prefix Muster answers every path")
    group.addoption("--workers", type=int, default=0,
                    help="how many processes it forks that open the store; it is ready "
                         "when they have")
    group.addoption("--private-hosts", action="store_true",
                    help="it asks for a credential on /v1/hosts: for test_private_hosts.py")
    group.addoption("--prefix", default="", help="where the API is mounted, such as /api")
    group.addoption("--differences", default="", metavar="WORDS",
                    help="what its framework forces: " + ", ".join(differences.MEANINGS))


def pytest_configure(config):
    # What a test's thread did not catch is a fault of the test's, not a note at the end.
    config.addinivalue_line("filterwarnings",
                            "error::pytest.PytestUnhandledThreadExceptionWarning")
    try:
        words = differences.parse(config.getoption("differences"))
    except ValueError as error:
        raise pytest.UsageError(f"--differences: {error}") from error
    not_found = config.getoption("not_found")
    config.traits = Traits(
        not_found=not_found, prefix=config.getoption("prefix"), differences=words,
        workers=config.getoption("workers"), private_hosts=config.getoption("private_hosts"),
        own_routes=not_found == "host" or config.getoption("own_routes"))


@pytest.fixture(scope="session")
def document(pytestconfig):
    """The catalog document that the server serves."""
    path = pytestconfig.getoption("catalog")
    return json.loads(Path(path).read_text(encoding="utf-8")) if path else DOCUMENT


@pytest.fixture(scope="session")
def catalog(document):
    """What the contract says of that document."""
    return expected.Catalog(document)


@pytest.fixture(scope="session")
def start(pytestconfig, tmp_path_factory):
    """A function that starts one more server, over a document or over the store of
    another. Only where the suite was given a command: else the test is skipped."""
    servers = []

    def start_server(document=None, store=None):
        if pytestconfig.getoption("base_url"):
            pytest.skip("a server that runs already has one catalog: give --command")
        if store is None:
            store = tmp_path_factory.mktemp("store") / "db"
            import_document(store, document)
        servers.append(StartedServer.start(pytestconfig.getoption("command"), store,
                                           pytestconfig.traits))
        return servers[-1]

    yield start_server
    for server in servers:  # all at once, since some take a while
        server.tell_to_end()
    for server in servers:
        server.wait_for_end()


@pytest.fixture(scope="session")
def server(pytestconfig, request, document):
    """The server that most tests ask."""
    base_url = pytestconfig.getoption("base_url")
    if base_url:
        return Server.at(base_url, pytestconfig.traits)
    return request.getfixturevalue("start")(document)


@pytest.fixture
def client(server):
    """A fresh connection to it, which by the end of the test still serves."""
    with server.connect() as connection:
        yield connection
    server.check_alive()


@pytest.fixture(scope="session")
def keys(catalog):
    """The keys of one user, then those of another; at least one each."""
    keys = catalog.keys()
    if len(keys) < 2:
        pytest.skip("the catalog has no two users with keys")
    return keys


@pytest.fixture(scope="session")
def key(keys):
    return keys[0][0]


@pytest.fixture(scope="session")
def other_key(keys):
    return keys[1][0]
