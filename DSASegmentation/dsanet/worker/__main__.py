"""`python -m dsanet.worker FOLDER`: the child process. `dsanet.worker.Client` starts it."""

import sys
from pathlib import Path

from dsanet.worker.streams import reserve_streams


def main() -> None:
    """Serve requests until standard input ends."""
    streams = reserve_streams()
    # Imported now, so that nothing which is imported can write to the reserved output.
    from dsanet.worker.serve import serve
    from dsanet.worker.tasks import Tasks

    serve(*streams, Path(sys.argv[-1]), Tasks().table())


if __name__ == "__main__":
    main()
