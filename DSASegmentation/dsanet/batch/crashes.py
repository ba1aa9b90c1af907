"""InWork: remembers which run was in work when the process died, so that it cannot stop the rest.

An exception ends one run; a crash of a native library, a kill or a power cut ends the process. The
next call takes the run that was in work last, and after `MOST_DEATHS` such ends not at all.
"""

import json
from contextlib import suppress
from pathlib import Path

from dsanet.atomic import write_text

STATE_FILE = ".dsanet-batch.json"
MOST_DEATHS = 3
MOST_STATE_BYTES = 1 << 20


class InWork:
    """The run in work, and how often the process died with each run."""

    def __init__(self, output: Path) -> None:
        self.path = output / STATE_FILE
        in_work, self.deaths = _read(self.path)
        if in_work:
            self.deaths[in_work] = self.deaths.get(in_work, 0) + 1

    def begin(self, run: str) -> None:
        """Note a run before it is taken.

        Raises:
            WriteError: It could not be written.
        """
        self._write(run)

    def end(self, run: str) -> None:
        """Forget how often a run failed, for now the process has survived it."""
        self.deaths.pop(run, None)

    def close(self) -> None:
        """Note that the batch has ended and no run is in work.

        Raises:
            WriteError: It could not be written.
        """
        if self.deaths:
            self._write("")
            return
        with suppress(OSError):  # what stays would count as one death of the last run
            self.path.unlink()

    def _write(self, run: str) -> None:
        write_text(self.path, json.dumps({"in_work": run, "deaths": self.deaths}) + "\n")


def _read(path: Path) -> tuple[str, dict[str, int]]:
    try:
        with path.open("rb") as file:
            state = json.loads(file.read(MOST_STATE_BYTES))
        return str(state["in_work"]), {str(run): int(n) for run, n in state["deaths"].items()}
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return "", {}
