"""A process that hardens itself, then has a child of its own abort."""

import json
import os
import resource

from dure.storage.hardening import harden, hardening

resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
before = hardening()
after = harden()
pid = os.fork()
if pid == 0:
    os.abort()
_, status = os.waitpid(pid, 0)
print(
    json.dumps(
        [
            {"dumpable": before.dumpable},
            {"core": after.core_bytes, "dumpable": after.dumpable, "complete": after.complete},
            {"signal": os.WTERMSIG(status), "core": os.WCOREDUMP(status)},
        ]
    )
)
