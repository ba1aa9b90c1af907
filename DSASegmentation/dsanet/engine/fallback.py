"""What is tried, and in which order, when a backend cannot score a run."""

from collections.abc import Callable
from dataclasses import dataclass

from dsanet.engine.backend import Array, Backend, NotFiniteError, OutOfMemoryError, device_word
from dsanet.engine.scoring import Cancel, NetworkInput, Progress, score_tiles, stop_if
from dsanet.engine.tiling import SMALLER_TILE_PX, TILE_PX, Region, tiles
from dsanet.errors import EngineError, PackageError

Open = Callable[[str, str], Backend]
"""Opens a backend for a device of `DEVICES` and a precision."""

LAST_RESORTS = (("openvino", "float32"), ("cpu", "float32"))
"""Device and precision of what is tried after the chosen backend."""


@dataclass(frozen=True)
class Rung:
    """One way to score a run.

    Attributes:
        device: One of `DEVICES`.
        precision: Number format of the arithmetic.
        tile_px: Longest side of a tile.
    """

    device: str
    precision: str
    tile_px: int

    def __str__(self) -> str:
        """In words, for warnings."""
        return f"{self.device} in {self.precision} with tiles up to {self.tile_px} px"


@dataclass(frozen=True, eq=False)
class Scored:
    """Scores of a run and how they came about.

    Attributes:
        scores: float32 (3, H, W), before softmax, all finite.
        backend: The one that answered.
        regions: The tiles, all of one size.
        notes: What was tried in vain, one sentence each, for the user.
    """

    scores: Array
    backend: Backend
    regions: list[Region]
    notes: tuple[str, ...]


def ladder(device: str, precision: str, longest_px: int) -> list[Rung]:
    """The ways to score a run, best first.

    Args:
        device: The chosen one, of `DEVICES`.
        precision: The chosen one.
        longest_px: Longer side of the run; smaller tiles help only where it is longer than they.

    >>> for rung in ladder("openvino", "bfloat16", 200):
    ...     str(rung)
    'openvino in bfloat16 with tiles up to 512 px'
    'openvino in float32 with tiles up to 512 px'
    'cpu in float32 with tiles up to 512 px'
    """
    kinds = dict.fromkeys([(device, precision), (device, "float32"), *LAST_RESORTS])
    sides = (TILE_PX, SMALLER_TILE_PX) if longest_px > SMALLER_TILE_PX else (TILE_PX,)
    return [Rung(*kind, tile_px) for kind in kinds for tile_px in sides]


def promising(rungs: list[Rung], failed: Rung, error: Exception) -> list[Rung]:
    """Those ways that may succeed where one failed.

    Where memory ran out, smaller tiles or another device may help; where scores were no numbers,
    another precision or device; where a backend could not be opened, another backend.

    Args:
        rungs: The ways not yet tried.
        failed: The way that failed.
        error: How it failed.
    """
    if isinstance(error, OutOfMemoryError | MemoryError):
        return [r for r in rungs if r.device != failed.device or r.tile_px < failed.tile_px]
    same = (failed.device, failed.precision)
    return [r for r in rungs if (r.device, r.precision) != same]


def score(
    backend: Backend,
    open_another: Open,
    given: NetworkInput,
    report: Progress,
    cancel: Cancel | None,
) -> Scored:
    """Score a run with a backend or, where memory or numbers fail, in the next way that works.

    Args:
        backend: The one to try first.
        open_another: Opens the others.
        given: The run.
        report: Told the share of `infer` that is done; begins again with each way.
        cancel: Asked before each way and after each frame whether to stop.

    Raises:
        CancelledError: `cancel` answered True.
        EngineError: No way worked, and the message names what was tried; or a library failed for
            another reason, which might be a defect that no other way should hide.
    """
    first = device_word(backend), backend.precision
    height, width = given.minip.shape
    rungs = ladder(*first, max(height, width))
    failures: list[str] = []
    while rungs:
        rung, *rungs = rungs
        stop_if(cancel)
        regions = tiles(height, width, rung.tile_px)
        try:
            is_first = (rung.device, rung.precision) == first
            used = backend if is_first else _opened(open_another, rung)
            scores = score_tiles(used, given, regions, report, cancel)
        except (OutOfMemoryError, MemoryError, NotFiniteError, _NotHereError) as error:
            rungs = promising(rungs, rung, error)
            failures.append(f"{rung}: {_reason(error)}")
        else:
            return Scored(scores, used, regions, _notes(failures, rung))
    msg = f"no backend could segment this run; tried were {'; '.join(failures)}"
    raise EngineError(msg)


class _NotHereError(EngineError):
    """A backend cannot be opened on this machine, or not for this model."""


def _opened(open_another: Open, rung: Rung) -> Backend:
    try:
        return open_another(rung.device, rung.precision)
    except OutOfMemoryError:
        raise
    except (EngineError, PackageError) as error:
        raise _NotHereError(str(error)) from error


def _reason(error: Exception) -> str:
    """An error's text on one line; a MemoryError often has none."""
    return " ".join(str(error).split()) or "memory ran out"


def _notes(failures: list[str], rung: Rung) -> tuple[str, ...]:
    if not failures:
        return ()
    return (f"The answer comes from {rung}, because others failed: {'; '.join(failures)}.",)
