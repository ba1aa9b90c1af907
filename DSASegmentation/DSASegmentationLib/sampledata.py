"""The sample run in Slicer's Sample Data module: a phantom that comes with the extension.

Nothing is downloaded. The button loads the run at once; `SampleData.downloadSample(NAME)`, which
knows nothing of a way of loading of our own, gives the path of a copy for `loadRuns`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

CATEGORY = "DSA Segmentation"
NAME = "DSASample"
FILE = Path("SampleData", "DSASample.dcm")
THUMBNAIL = Path("SampleData", "DSASample.png")
SHA256 = "0027861c3dc13b9b4a687d2fe82dccad7eaca6108653b5c4f265a28fea7ebebe"
"""Of the file; by it Sample Data knows whether its copy of the file is this one."""


def registerSampleData(sampleDataLogic: Any, resources: Path, load: Callable[[Path], Any]) -> None:
    """Put a button for the sample run into the Sample Data module; to be called once.

    Args:
        sampleDataLogic: `SampleData.SampleDataLogic`.
        resources: The module's folder `Resources`.
        load: Loads a run into the scene and shows it, and tells the user if it cannot.
    """
    file = resources.resolve() / FILE
    sampleDataLogic.registerCustomSampleDataSource(
        category=CATEGORY,
        sampleName=NAME,
        uris=file.as_uri(),
        fileNames=file.name,
        nodeNames=NAME,
        loadFiles=False,
        checksums=f"SHA256:{SHA256}",
        thumbnailFileName=str(resources / THUMBNAIL),
        customDownloader=lambda _source: load(file),
    )
