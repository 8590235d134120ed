"""How gunicorn runs the examples: loaded once, then forked."""

import os
import sys
from typing import Any

pythonpath = os.path.dirname(__file__)
preload_app = True
workers = 2
threads = 4


def post_worker_init(worker: Any) -> None:
    # A worker whose store does not open ends here, before its first request.
    sys.modules[worker.app.app_uri.partition(":")[0]].with_muster.open()
