"""What Slicer lacks, installed when it is needed and asked for; never at import, never in a thread.

- `missing()` lists what is missing; `ensure(parent)` asks once, installs, and says whether all is
  there; `resume(parent)` goes on after a restart.
- `ensureTorch(parent)` does the same for PyTorch, through the extension of that name.
- `installed()` lists what was installed or downloaded by this extension, `remove()` removes it.
"""

from DSASegmentationLib.installing.ensuring import ensure, ensureTorch, resume
from DSASegmentationLib.installing.errors import InstallError
from DSASegmentationLib.installing.installer import install
from DSASegmentationLib.installing.requirements import Requirement, missing
from DSASegmentationLib.installing.stock import Installed, installed, remove

__all__ = [
    "InstallError",
    "Installed",
    "Requirement",
    "ensure",
    "ensureTorch",
    "install",
    "installed",
    "missing",
    "remove",
    "resume",
]
