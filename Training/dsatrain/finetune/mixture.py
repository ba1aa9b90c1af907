"""New cases and replay, in turns."""

from collections.abc import Sequence
from dataclasses import replace

from dsatrain.batches import Crops
from dsatrain.sample import Sample


class Alternating:
    """Samples of several sources in turns, so that each has the same share of any batch."""

    def __init__(self, sources: Sequence[Crops]) -> None:
        """Join sources.

        Args:
            sources: At least one.
        """
        self.sources = sources

    def item(self, index: int) -> Sample:
        """The sample at an index."""
        turn, place = divmod(index, len(self.sources))
        return self.sources[place].item(turn)


class Replayed:
    """Samples of what the model knew before."""

    def __init__(self, source: Crops) -> None:
        """Mark a source."""
        self.source = source

    def item(self, index: int) -> Sample:
        """The sample at an index; the parent's answer is a target too."""
        return replace(self.source.item(index), replayed=True)
