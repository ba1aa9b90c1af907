"""What goes wrong while something is learned."""

from collections.abc import Sequence

from dsanet.errors import DSAError


class LearningError(DSAError):
    """A fine-tuning, a gate or a ranking could not be done."""


class MissingPackagesError(LearningError):
    """The Python that is to train lacks packages.

    Attributes:
        packages: Their names, as pip takes them.
    """

    def __init__(self, interpreter: str, packages: Sequence[str]) -> None:
        """Say what is missing where, and both ways out.

        Args:
            interpreter: Path of the Python.
            packages: Names, as pip takes them.
        """
        self.packages = tuple(packages)
        super().__init__(
            f"{interpreter} lacks {', '.join(packages)}, which training needs; install them (in"
            " Slicer PyTorch comes through the extension of that name), or name another Python"
            " that has them"
        )
