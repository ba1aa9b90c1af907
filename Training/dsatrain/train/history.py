"""What is known of a training over its steps: a CSV file, a picture, and TensorBoard on request."""

import csv
import io
from pathlib import Path
from typing import Any

from dsanet import atomic
from dsatrain.evaluate import CLASS_NAMES

FILE = "history.csv"
CURVES = "curves.png"
DICE = tuple(f"{name} dice" for name in CLASS_NAMES)
COLUMNS = ("step", "loss", "learning_rate", "seconds_per_step", *DICE)


class History:
    """Rows of a training, one each time it reports."""

    def __init__(self, folder: Path, step: int = 0, *, tensorboard: bool = False) -> None:
        """Take up the rows of a training that is resumed.

        Args:
            folder: The training's folder.
            step: Steps done; later rows are forgotten, for they will come again.
            tensorboard: Whether to write event files too.

        Raises:
            ValueError: TensorBoard is wanted and not installed.
        """
        self.folder = folder
        self.rows = [row for row in _read(folder / FILE) if int(row["step"]) <= step]
        self._events = _event_writer(folder, step) if tensorboard else None

    def add(self, row: dict[str, Any]) -> None:
        """Append a row; its keys are of `COLUMNS`."""
        self.rows.append({key: str(value) for key, value in row.items()})
        if self._events is not None:
            for key, value in row.items():
                self._events.add_scalar(key, float(value), int(row["step"]))

    def write(self) -> None:
        """Write the table and the curves.

        Raises:
            WriteError: They could not be written.
        """
        stream = io.StringIO()
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        files = {self.folder / FILE: stream.getvalue().encode()}
        if self.rows:
            files[self.folder / CURVES] = curves_png(self.rows)
        atomic.write_all(files)
        if self._events is not None:
            self._events.flush()


def curves_png(rows: list[dict[str, str]]) -> bytes:
    """Draw the loss, and the Dice of the validations, over the steps."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes, names, title in (
        (left, ("loss",), "training loss"),
        (right, DICE, "Dice on held-out runs"),
    ):
        for name in names:
            points = [(int(row["step"]), float(row[name])) for row in rows if row.get(name)]
            if points:
                axes.plot(*zip(*points, strict=True), marker=".", label=name)
        axes.set(title=title, xlabel="step")
        axes.grid(alpha=0.3)
    right.set_ylim(0, 1)
    if right.lines:
        right.legend()
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=110)
    return stream.getvalue()


def _read(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def _event_writer(folder: Path, step: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        msg = f"--tensorboard needs the package tensorboard ({error}): pip install tensorboard"
        raise ValueError(msg) from error
    return SummaryWriter(str(folder / "tensorboard"), purge_step=step)
