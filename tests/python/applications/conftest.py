import muster
import pytest


@pytest.fixture
def catalog():
    """A catalog in memory with one shape."""
    with muster.Catalog.in_memory() as catalog:
        put_shape(catalog)
        yield catalog


@pytest.fixture
def store(tmp_path):
    """The path of a store with one shape; closed."""
    path = tmp_path / "db"
    with muster.Catalog.open(path) as catalog:
        put_shape(catalog)
    return path


def put_shape(catalog):
    batch = muster.WriteBatch()
    batch.put_shape(muster.Shape(id="s-1", vcpu=1, mem_mib=1024, default_disk_mib=10240))
    batch.put_user("usr_1")
    catalog.apply(batch)
