"""Best and worst answers, side by side with the truth."""

from pathlib import Path

import numpy as np

from dsanet import atomic
from dsanet.engine import Prediction
from dsanet.export import overlay_image
from dsanet.export.png import encode
from dsatrain.evaluate.labelled import LabelledRun
from dsatrain.evaluate.score import CaseScore

RANKED_BY = "whole"


class Gallery:
    """Keeps the pictures of the best and the worst cases seen so far."""

    def __init__(self, of_each: int = 3) -> None:
        """Begin an empty gallery.

        Args:
            of_each: Number of best and of worst cases to keep.
        """
        self.of_each = of_each
        self._kept: list[tuple[float, str, bytes]] = []

    def add(self, case: LabelledRun, prediction: Prediction, score: CaseScore) -> None:
        """Offer a case; it is kept while it is among the best or worst."""
        rank = score.scores[RANKED_BY]["dice"]
        if not np.isfinite(rank):
            return
        self._kept.append((rank, case.name, _side_by_side(case, prediction)))
        self._kept.sort(key=lambda entry: entry[0])
        if len(self._kept) > 2 * self.of_each:
            del self._kept[self.of_each]

    def write(self, folder: Path) -> list[Path]:
        """Write `1_DICE_NAME.png`, the worst first: truth on the left, answer on the right.

        Args:
            folder: Where to; it exists.

        Raises:
            WriteError: A picture cannot be written.
        """
        files = {
            folder / f"{place}_{rank:.3f}_{name}.png": picture
            for place, (rank, name, picture) in enumerate(self._kept, 1)
        }
        atomic.write_all(files)
        return list(files)


def _side_by_side(case: LabelledRun, prediction: Prediction) -> bytes:
    from PIL import Image

    answers = (case.labels, prediction.labels)
    pair = [overlay_image(answer, prediction.prepared) for answer in answers]
    width, height = pair[0].size
    sheet = Image.new("RGB", (2 * width + 4, height), "white")
    for place, picture in enumerate(pair):
        sheet.paste(picture, (place * (width + 4), 0))
    return encode(sheet, {})
