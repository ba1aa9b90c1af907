"""Runs from files into the scene, each once, the two planes of a biplane acquisition linked.

The browser node of either plane has the other one as its reference `Partner`.

A run whose pixels and UIDs are in the scene already is not loaded again: the one that is there,
with all that was done to it, is given instead.
"""

from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from dsanet.errors import DSAError, ReadError
from dsanet.io import DSARun, RunFacts, RunSource, find_sources, read_source
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.facts import factsFromJson
from DSASegmentationLib.nodes import factOf, referenceOf, setReference
from DSASegmentationLib.runs import addRun, isRun, removeRun, runs

PLANES = {"BIPLANE A": "A", "BIPLANE B": "B"}
"""Image Type, value 3, by plane. Source: DICOM PS3.3 C.8.7.1.1.1."""


def loadRuns(scene: Any, path: Path | str) -> list[Any]:
    """Load every run of a file or folder, or none of them.

    Args:
        scene: The scene.
        path: As for `dsanet.io.read_runs`: a DICOM file, an image, or a folder.

    Returns:
        The runs' browser nodes in the natural order of the file names. `partnerOf` gives the other
        plane of a biplane run.

    Raises:
        ReadError: One cannot be read, or there is none; the scene is unchanged.
        SceneError: The scene cannot hold one; it is unchanged.
    """
    sources = find_sources(path)
    with ExitStack() as undo:
        browsers = [addOnce(scene, read_source(source), undo) for source in sources]
        undo.pop_all()
    linkPlanes(scene)
    return list(dict.fromkeys(browsers))


def loadReadable(scene: Any, paths: Iterable[Path]) -> tuple[list[Any], list[DSAError]]:
    """Load the runs of files and folders that can be loaded, such as those of a whole study.

    Args:
        scene: The scene.
        paths: Each as for `loadRuns`.

    Returns:
        The runs' browser nodes in the order of paths and file names, and why others are missing.
    """
    browsers: list[Any] = []
    refused: list[DSAError] = []
    for path in paths:
        try:
            sources = find_sources(path)
        except DSAError as error:
            refused.append(error)
            continue
        for source in sources:
            try:
                browsers.append(_added(scene, source))
            except DSAError as error:
                refused.append(error)
    linkPlanes(scene)
    return list(dict.fromkeys(browsers)), refused


def loadRun(scene: Any, path: Path | str, number: int | None = None) -> Any:
    """Load one run.

    Args:
        scene: The scene.
        path: As for `loadRuns`.
        number: Which run of a folder with several, from 1, in the natural order of the file names.

    Returns:
        The run's browser node.

    Raises:
        ReadError: It cannot be read; or the folder has several runs and no number was given, or no
            run of that number.
        SceneError: The scene cannot hold it.
    """
    sources = find_sources(path)
    if number is None and len(sources) > 1:
        names = ", ".join(f"{nth} {source.name}" for nth, source in enumerate(sources[:4], 1))
        more = " ..." if len(sources) > 4 else ""
        msg = f"{path} holds {len(sources)} runs ({names}{more}); give the number of one"
        raise ReadError(msg)
    if number is not None and not 1 <= number <= len(sources):
        msg = f"{path} has no run {number}, its runs are numbered from 1 to {len(sources)}"
        raise ReadError(msg)
    browser = _added(scene, sources[(number or 1) - 1])
    linkPlanes(scene)
    return browser


def addOnce(scene: Any, run: DSARun, undo: ExitStack) -> Any:
    """Add a run that is not there yet.

    Args:
        scene: The scene.
        run: As read.
        undo: Gets what removes an added run again, for when something later fails.

    Returns:
        The run's browser node, the one that is there already if there is one.

    Raises:
        SceneError: The scene cannot hold the run.
    """
    pixels, uids = run.pixel_hash, run.facts.uids
    for browser in runs(scene):
        with suppress(SceneError):  # a damaged run is no reason not to load it again
            if factOf(browser, "PixelSHA256") == pixels and _facts(browser).uids == uids:
                return browser
    added = addRun(scene, run)
    undo.callback(removeRun, added)
    return added


def partnerOf(browser: Any) -> Any:
    """Give the run that shows the other plane of a biplane acquisition, or None."""
    partner = referenceOf(browser, "Partner")
    return partner if isRun(partner) else None


def planeOf(browser: Any) -> str:
    """Give the plane of a biplane acquisition that a run shows, `A` or `B`; else an empty text."""
    types = _facts(browser).image_type
    return PLANES.get(types[2].upper(), "") if len(types) > 2 else ""


def linkPlanes(scene: Any) -> None:
    """Link runs that are the two planes of one biplane acquisition.

    These are runs of one series, or of one study where they are stored as two, with equally many
    frames. Where there are several of one plane, the first A belongs to the first B; where there
    are more A than B, or fewer, nobody can tell, and none is linked.
    """
    for uid in ("SeriesInstanceUID", "StudyInstanceUID"):
        groups: dict[tuple[str, int], dict[str, list[Any]]] = {}
        for browser in runs(scene):
            plane, value = planeOf(browser), _facts(browser).uids.get(uid)
            if plane and value and partnerOf(browser) is None:
                group = groups.setdefault((value, browser.GetNumberOfItems()), {"A": [], "B": []})
                group[plane].append(browser)
        for planes in groups.values():
            if len(planes["A"]) == len(planes["B"]):
                _link(zip(planes["A"], planes["B"], strict=True))


def _added(scene: Any, source: RunSource) -> Any:
    with ExitStack() as undo:
        browser = addOnce(scene, read_source(source), undo)
        undo.pop_all()
    return browser


def _link(pairs: Iterable[tuple[Any, Any]]) -> None:
    for first, second in pairs:
        setReference(first, "Partner", second)
        setReference(second, "Partner", first)


def _facts(browser: Any) -> RunFacts:
    """A run's header facts; none where those in the scene are damaged."""
    try:
        return factsFromJson(factOf(browser, "Facts") or {})
    except SceneError:
        return RunFacts()
