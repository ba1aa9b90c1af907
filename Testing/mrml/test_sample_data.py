"""The sample run: what is registered with Sample Data, and what it is."""

import hashlib
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dsanet.engine import Engine
from dsanet.io import read_run

pytest.importorskip("slicer")

from DSASegmentationLib.loading import loadRuns
from DSASegmentationLib.runs import isRun
from DSASegmentationLib.sampledata import (
    FILE,
    NAME,
    SHA256,
    THUMBNAIL,
    registerSampleData,
)

RESOURCES = Path(__file__).resolve().parents[2] / "DSASegmentation" / "Resources"


class Source:
    """`SampleDataSource` of Slicer's Modules/Scripted/SampleData/SampleData.py (5.13): one
    value or a list each, kept as lists of equal length."""

    def __init__(self, **values: Any) -> None:
        lists = ("uris", "fileNames", "nodeNames", "loadFiles", "loadFileTypes", "checksums")
        for name in lists:
            setattr(self, name, [values.get(name)])
        self.sampleName = values["sampleName"]
        self.thumbnailFileName = values["thumbnailFileName"]
        self.customDownloader = values["customDownloader"]


class Logic:
    """`SampleDataLogic` of the same file: a class with static registration. `click` is what a
    button does; `downloadSample` is how scripts ask, without the custom downloader."""

    sources: dict[str, list[Source]]

    def __init__(self, cache: Path) -> None:
        self.sources, self.cache = {}, cache

    def registerCustomSampleDataSource(  # noqa: PLR0917
        self,
        category: str = "Custom",
        sampleName: Any = None,
        uris: Any = None,
        fileNames: Any = None,
        nodeNames: Any = None,
        customDownloader: Any = None,
        thumbnailFileName: Any = None,
        loadFileTypes: Any = None,
        loadFiles: Any = None,
        checksums: Any = None,
    ) -> None:
        values = {name: value for name, value in locals().items() if name not in ("self",)}
        self.sources.setdefault(values.pop("category"), []).append(Source(**values))

    def click(self, source: Source) -> Any:
        return source.customDownloader(source)

    def downloadSample(self, source: Source) -> str:
        """With `loadFiles` False the path of the downloaded file, whose checksum was compared."""
        assert source.loadFiles == [False]
        path = self.cache / source.fileNames[0]
        urllib.request.urlretrieve(source.uris[0], path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert source.checksums == [f"SHA256:{digest}"]
        return str(path)


@pytest.fixture
def registered(host: Any, tmp_path: Path) -> tuple[Logic, Source]:
    logic = Logic(tmp_path)
    registerSampleData(logic, RESOURCES, lambda path: loadRuns(host.scene, path))
    ((source,),) = logic.sources.values()
    return logic, source


def test_a_click_loads_the_run_without_a_network(registered: tuple[Logic, Source]) -> None:
    logic, source = registered
    (browser,) = logic.click(source)
    assert isRun(browser)
    assert browser.GetNumberOfItems() == 10


def test_a_script_gets_a_file_that_loads(registered: tuple[Logic, Source], host: Any) -> None:
    logic, source = registered
    assert source.sampleName == NAME
    assert len(loadRuns(host.scene, logic.downloadSample(source))) == 1


def test_the_thumbnail_has_the_shape_that_slicer_shows(registered: tuple[Logic, Source]) -> None:
    _, source = registered
    with Image.open(source.thumbnailFileName) as image:
        assert image.size == (260, 280)
        assert np.asarray(image).std() > 10


def test_the_file_is_the_one_that_was_made_and_small() -> None:
    content = (RESOURCES / FILE).read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256
    assert len(content) + (RESOURCES / THUMBNAIL).stat().st_size < 600_000


def test_the_sample_run_shows_trunk_and_branches() -> None:
    """It is not subtracted, names its mask, states times and spacing, and has both classes."""
    run = read_run(RESOURCES / FILE)
    assert run.pixels.shape == (10, 352, 320)
    assert run.facts.viewing_mode == "NAT"
    assert run.facts.mask_subtraction
    assert run.facts.times_stated
    assert run.spacing
    prediction = Engine.load().segment(run)
    shares = [np.mean(prediction.labels == value) for value in (1, 2)]
    assert min(shares) > 0.01
    assert not prediction.no_mat
