"""What installing asks of the Slicer application, without one.

Names and arguments are those of Slicer:

| here | in Slicer |
| --- | --- |
| `packaging.pip_install`, `pip_uninstall` | `Base/Python/slicer/packaging.py`, 5.12.0 |
| `slicer.util.pip_install`, `pip_uninstall` | `Base/Python/slicer/util.py`, 5.10.0 |
| `slicer.util.confirmOkCancelDisplay`, `mainWindow`, `restart` | the same file |
| `installExtensionFromServer` | `Base/QTCore/qSlicerExtensionsManagerModel.h`, 5.10 |
| `app.revisionUserSettings`, `testingEnabled` | `Base/QTCore/qSlicerCoreApplication.h`, 5.10 |
| `PyTorchUtils.PyTorchUtilsLogic.installTorch` | SlicerPyTorch `PyTorchUtils.py` |

pip is replaced by the writing of a package's metadata, which is then really looked up.
"""

import shutil
import sys
from pathlib import Path
from subprocess import CalledProcessError
from types import ModuleType, SimpleNamespace
from typing import Any

import packaging.requirements  # noqa: F401  # what reads requirements lies outside of the folder
import pytest


class Settings:
    """QSettings: texts by key."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def value(self, key: str) -> str | None:
        return self.kept.get(key)

    def setValue(self, key: str, value: str) -> None:
        self.kept[key] = value

    def remove(self, key: str) -> None:
        self.kept.pop(key, None)


class Slicer:
    """Slicer with a Python of its own, whose packages lie in a folder.

    Attributes:
        versions: The version that pip finds of each package.
        offline: Whether pip fails.
        answer: What the user answers to each question.
        asked: The questions.
        told: What pip was told: the arguments of each call.
        restarts: How often Slicer was restarted.
    """

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path, *, modern: bool) -> None:
        self.folder, self._patch = folder, patch
        self.versions = {"openvino": "2026.4.1", "pyjpegls": "1.5.1", "safetensors": "0.8.0"}
        self.offline, self.answer, self.testing = False, True, False
        self.asked: list[str] = []
        self.told: list[list[str]] = []
        self.extensions: list[tuple[str, bool]] = []
        self.server = True
        self.restarts = 0
        self.settings = Settings()
        self._put_in_place(modern)

    def add(self, name: str, version: str, size: int = 1_000_000) -> None:
        """Install a package: its metadata, and one file."""
        self.drop(name)
        info = self.folder / f"{name}-{version}.dist-info"
        info.mkdir(parents=True)
        (self.folder / f"{name}.py").write_bytes(b"#" * size)
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        (info / "METADATA").write_text(text, encoding="utf-8")
        lines = f"{name}.py,,{size}\n{info.name}/METADATA,,\n"
        (info / "RECORD").write_text(lines, encoding="utf-8")

    def drop(self, name: str) -> None:
        for info in self.folder.glob(f"{name}-*.dist-info"):
            shutil.rmtree(info)

    def pipInstall(self, requirements: list[str], **_options: Any) -> None:
        self.told.append(list(requirements))
        if self.offline:
            raise CalledProcessError(1, "pip install")
        for text in requirements:
            name = text.split(">")[0].split("=")[0]
            if name in self.versions:
                self.add(name, self.versions[name])

    def pipUninstall(self, requirements: list[str]) -> None:
        self.told.append(["uninstall", *requirements])
        for name in requirements:
            self.drop(name)

    def installTorch(
        self, askConfirmation: bool = True, torchVersionRequirement: str | None = None
    ) -> None:
        self.told.append([f"torch{torchVersionRequirement}", str(askConfirmation)])
        self.add("torch", "2.13.0")

    def installExtension(self, name: str, restart: bool = True) -> bool:
        self.extensions.append((name, restart))
        return self.server

    def addPyTorchUtils(self) -> None:
        """What there is after the restart that the extension needs."""
        module = ModuleType("PyTorchUtils")
        module.PyTorchUtilsLogic = lambda: SimpleNamespace(  # type: ignore[attr-defined]
            installTorch=self.installTorch
        )
        self._patch.setitem(sys.modules, "PyTorchUtils", module)

    def _put_in_place(self, modern: bool) -> None:
        import slicer

        self._patch.setattr(sys, "path", [str(self.folder)])
        model = SimpleNamespace(installExtensionFromServer=self.installExtension, interactive=True)
        app = SimpleNamespace(
            testingEnabled=lambda: self.testing,
            revisionUserSettings=lambda: self.settings,
            extensionsManagerModel=lambda: model,
        )
        util = {
            "mainWindow": object,
            "restart": self._restart,
            "confirmOkCancelDisplay": self._confirm,
            "pip_install": _never if modern else self.pipInstall,
            "pip_uninstall": _never if modern else self.pipUninstall,
        }
        self._patch.setattr(slicer, "app", app, raising=False)
        for name, function in util.items():
            self._patch.setattr(slicer.util, name, function, raising=False)
        packaging = ModuleType("slicer.packaging")
        packaging.pip_install = self.pipInstall  # type: ignore[attr-defined]
        packaging.pip_uninstall = self.pipUninstall  # type: ignore[attr-defined]
        found = packaging if modern else None  # None: ModuleNotFoundError, as in 5.10
        self._patch.setitem(sys.modules, "slicer.packaging", found)

    def _confirm(self, text: str, windowTitle: str = "", parent: Any = None) -> bool:
        self.asked.append(text)
        return self.answer

    def _restart(self) -> None:
        self.restarts += 1


def _never(*_arguments: Any, **_options: Any) -> None:
    msg = "this version of Slicer has another way"
    raise AssertionError(msg)
