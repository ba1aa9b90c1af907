"""Doubles of what the DICOM plugin uses of the Slicer application, each with its original.

Originals are in https://github.com/Slicer/Slicer, below Modules/Scripted unless stated, with the
commit that was read:

| double | original |
| --- | --- |
| `Loadable` | DICOMLib/DICOMPlugin.py (1d64077ab), `DICOMLoadable` |
| `Plugin` | the same file, `DICOMPlugin`: `loadType`, `tags`, `examineForImport`, `examine`, |
| | `addSeriesInSubjectHierarchy` with Slicer's own InsertDicomSeriesInHierarchy |
| `Database` | CTK, Libs/DICOM/Core/ctkDICOMDatabase.h, fileValue, instanceForFile: text, several |
| | values with backslashes between them, empty where there is none |
| `loadables`, `load` | DICOMLib/DICOMUtils.py (01c2def0e), `getLoadablesFromFileLists`, |
| | `loadLoadables` |
| settings, dialogs | Base/Python/slicer/util.py: `settingsValue`, `toBool`, `errorDisplay`, |
| | `mainWindow` |
| `sequences` | Modules/Loadable/Sequences: `setToolBarActiveBrowserNode`, `showSequenceBrowser`, |
| | called as DICOMPlugins/DICOMImageSequencePlugin.py (04f010f92) calls them |
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pydicom
import pytest
import slicer
from pydicom.multival import MultiValue

PLUGIN = Path(__file__).resolve().parents[3] / "DSASegmentation" / "DICOMDSAPlugin.py"


class Loadable:
    def __init__(self) -> None:
        self.files: list[str] = []
        self.name = "Unknown"
        self.tooltip = "No further information available"
        self.warning = ""
        self.selected = False
        self.confidence = 0.5


class Database:
    """Knows the values of files from the time of import; never opens one again."""

    def __init__(self, files: list[Path]) -> None:
        self.files = {str(file): pydicom.dcmread(file, stop_before_pixels=True) for file in files}
        self.asked: list[tuple[str, str]] = []

    def series(self) -> list[list[str]]:
        found: dict[str, list[str]] = {}
        for file, header in self.files.items():
            found.setdefault(header.get("SeriesInstanceUID", ""), []).append(file)
        return list(found.values())

    def fileValue(self, file: str, tag: str) -> str:
        self.asked.append((file, tag))
        number = int(tag.replace(",", ""), 16)
        if number not in self.files[file]:
            return ""
        value = self.files[file][number].value
        parts = value if isinstance(value, MultiValue) else [value]
        return "" if value is None else "\\".join(str(part) for part in parts)

    def instanceForFile(self, file: str) -> str:
        return self.fileValue(file, "0008,0018")


class Plugin:
    def __init__(self) -> None:
        self.loadType = "Generic DICOM"
        self.tags = {"seriesDescription": "0008,103E", "seriesNumber": "0020,0011"}

    def examineForImport(self, fileLists: Any) -> list[Any]:
        return []

    def examine(self, fileLists: Any) -> list[Any]:
        return self.examineForImport(fileLists)

    def addSeriesInSubjectHierarchy(self, loadable: Any, node: Any) -> None:
        value = slicer.dicomDatabase.fileValue
        first = loadable.files[0]
        tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        names = slicer.vtkMRMLSubjectHierarchyConstants
        item = tree.CreateItem(tree.GetSceneItemID(), node)
        series = value(first, "0020,000E")
        tree.SetItemUID(item, names.GetDICOMUIDName(), series)
        instances = " ".join(value(file, "0008,0018") or "Unknown" for file in loadable.files)
        tree.SetItemUID(item, names.GetDICOMInstanceUIDName(), instances)
        study = value(first, "0020,000D")
        patient = value(first, "0010,0020") or f"Patient-{study}"
        slicer.vtkSlicerSubjectHierarchyModuleLogic.InsertDicomSeriesInHierarchy(
            tree, patient, study, series
        )
        tree.SetItemName(tree.GetItemByUID(names.GetDICOMUIDName(), study), "study")


def loadables(plugin: Any, fileLists: list[list[str]]) -> list[Any]:
    return plugin.examineForImport(fileLists) or plugin.examine(fileLists)


def load(plugin: Any, chosen: list[Any]) -> list[str]:
    """Load what is selected; the IDs of all new nodes but storage and display nodes."""
    scene, found = slicer.mrmlScene, []
    before = _nodes(scene)
    for loadable in chosen:
        if loadable.selected and not plugin.load(loadable):
            found.append(f"Could not load: {loadable.name} as a {plugin.loadType}")
    hidden = ("vtkMRMLStorageNode", "vtkMRMLDisplayNode")
    new = [node for node in _nodes(scene) if node not in before]
    return found + [node.GetID() for node in new if not any(map(node.IsA, hidden))]


def _nodes(scene: Any) -> list[Any]:
    return [scene.GetNthNode(nth) for nth in range(scene.GetNumberOfNodes())]


def openApplication(patch: pytest.MonkeyPatch, host: Any, database: Database) -> SimpleNamespace:
    """Give `slicer` what the application would; returns what was shown to the user."""
    seen = SimpleNamespace(errors=[], toolbar=[], shown=[], fitted=0, settings={}, window=object())
    parts = {
        "mrmlScene": host.scene,
        "dicomDatabase": database,
        "modules": SimpleNamespace(
            sequences=SimpleNamespace(
                setToolBarActiveBrowserNode=seen.toolbar.append,
                showSequenceBrowser=seen.shown.append,
            )
        ),
        "app": SimpleNamespace(applicationLogic=lambda: host.application),
        "i18n": _module("slicer.i18n", tr=lambda text: text),
    }
    for name, value in parts.items():
        patch.setattr(slicer, name, value, raising=False)
    helpers = {
        "settingsValue": lambda key, default, converter=lambda value: value: (
            converter(seen.settings[key]) if key in seen.settings else default
        ),
        "toBool": lambda value: str(value).lower() in ("true", "1"),
        "errorDisplay": lambda text, **_: seen.errors.append(text),
        "mainWindow": lambda verbose=True: seen.window,
    }
    for name, value in helpers.items():
        patch.setattr(slicer.util, name, value, raising=False)
    patch.setitem(sys.modules, "slicer.i18n", parts["i18n"])
    patch.setitem(
        sys.modules, "DICOMLib", _module("DICOMLib", DICOMLoadable=Loadable, DICOMPlugin=Plugin)
    )
    return seen


def importPlugin() -> ModuleType:
    """Import the module file as Slicer does: by its path."""
    spec = importlib.util.spec_from_file_location("DICOMDSAPlugin", PLUGIN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _module(name: str, **members: Any) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(members)
    return module
