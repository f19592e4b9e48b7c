"""Run the fake scenario in a process that is killed from without, or kills itself inside a write.

    killed_run.py FOLDER SCENARIO-AS-JSON N

N is the number of flushes to the disk after which the process kills itself; 0 for never.
"""

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import fake_simulation as fake  # noqa: E402

from amoeboid.execution import Means, run  # noqa: E402

folder, text, at_flush = sys.argv[1], sys.argv[2], int(sys.argv[3])
flush, n_flushes = os.fsync, 0


def flush_or_die(descriptor: int) -> None:
    global n_flushes
    n_flushes += 1
    if n_flushes == at_flush:
        os.kill(os.getpid(), signal.SIGKILL)
    flush(descriptor)


fake.fix_identity()
os.fsync = flush_or_die
print("ready", flush=True)
run(fake.load(text, ""), folder=folder, means=Means(processes=1, engine=fake.ENGINE))
print(n_flushes, flush=True)
