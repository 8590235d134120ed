import muster
import pytest


@pytest.fixture
def catalog():
    """An empty catalog in memory."""
    with muster.Catalog.in_memory() as catalog:
        yield catalog
