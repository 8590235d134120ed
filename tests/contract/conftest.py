import sys
from pathlib import Path

import muster
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "shared"))


@pytest.fixture
def catalog():
    """An empty catalog in memory."""
    with muster.Catalog.in_memory() as catalog:
        yield catalog
