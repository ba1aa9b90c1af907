"""The measured runs of a scene, and what of each the Measure tab shows."""

from collections.abc import Iterable
from typing import Any

from DSASegmentationLib.measuring import Measured


class MeasuredRuns:
    """Measurements by run, with the path and the flow map that were chosen for each."""

    def __init__(self) -> None:
        self._kept: dict[str, Measured] = {}
        self._paths: dict[str, str] = {}
        self._maps: dict[str, str] = {}

    def keep(self, measured: Measured) -> None:
        """Keep the measurements of a run in place of earlier ones."""
        self._kept[measured.run.GetID()] = measured

    def begin(self, measured: Measured) -> None:
        """Keep measurements that were made anew: trunk and no map are chosen again."""
        self.keep(measured)
        for chosen in (self._paths, self._maps):
            chosen.pop(measured.run.GetID(), None)

    def of(self, browser: Any) -> Measured | None:
        """Give the measurements of a run, None where there are none and for None."""
        return None if browser is None else self._kept.get(browser.GetID())

    def others(self, browser: Any) -> dict[str, Measured]:
        """Give those of all other runs by the runs' node IDs."""
        own = browser.GetID() if browser is not None else None
        return {key: measured for key, measured in self._kept.items() if key != own}

    def prune(self, present: Iterable[Any]) -> None:
        """Forget runs that are not among the browser nodes of the scene."""
        nodes = {browser.GetID(): browser for browser in present}
        for key, measured in list(self._kept.items()):
            if nodes.get(key) is not measured.run:
                for kept in (self._kept, self._paths, self._maps):
                    kept.pop(key, None)

    def path(self, measured: Measured) -> Any:
        """Give the path that is plotted: the trunk until another is chosen; None without trunk."""
        name = self._paths.get(measured.run.GetID(), "")
        return measured.path(name) or measured.values.trunk

    def choosePath(self, measured: Measured, name: str) -> None:
        """Choose the path to plot by its name."""
        self._paths[measured.run.GetID()] = name

    def map(self, measured: Measured) -> str:
        """Give the key of the map that was chosen, empty for none."""
        return self._maps.get(measured.run.GetID(), "")

    def chooseMap(self, measured: Measured, key: str) -> None:
        """Choose a map by its key, empty for none."""
        self._maps[measured.run.GetID()] = key

    def __len__(self) -> int:
        return len(self._kept)
