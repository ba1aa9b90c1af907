"""Doubles of Slicer's Python modules that are in no wheel, as far as the extension uses them.

Their behaviour follows Slicer 5.10 `Base/Python/slicer/`: `ScriptedLoadableModule.py`,
`parameterNodeWrapper/wrapper.py`, `i18n.py`.
"""

import sys
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer
import slicer.util
import vtk

MODULE = Path(__file__).resolve().parents[2] / "DSASegmentation" / "DSASegmentation.py"


class ScriptedLoadableModule:
    def __init__(self, parent: Any) -> None:
        self.parent = parent
        self.moduleName = type(self).__name__

    def resourcePath(self, filename: str) -> str:
        return str(MODULE.parent / "Resources" / filename)


class ScriptedLoadableModuleWidget:
    """The application makes it with a parent and calls `setup`, `enter`, `exit` and `cleanup`."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.parent = parent
        self.layout = parent.layout()

    def setup(self) -> None:
        """Adds the reload buttons in developer mode."""

    def resourcePath(self, filename: str) -> str:
        return str(MODULE.parent / "Resources" / filename)


class ScriptedLoadableModuleLogic:
    def __init__(self, parent: Any = None) -> None:
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Logic")

    def getParameterNode(self) -> Any:
        """The singleton of the module, made if missing."""
        node = slicer.mrmlScene.GetSingletonNode(self.moduleName, "vtkMRMLScriptedModuleNode")
        if node is not None:
            return node
        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
        node.UnRegister(None)
        node.SetSingletonTag(self.moduleName)
        node.SetModuleName(self.moduleName)
        node.SetName(self.moduleName)
        return slicer.mrmlScene.AddNode(node)


class ScriptedLoadableModuleTest:
    def __init__(self) -> None:
        self.told: list[str] = []

    def delayDisplay(self, message: str, *_options: Any) -> None:
        self.told.append(message)


class WithinRange:
    def __init__(self, minimum: float, maximum: float) -> None:
        self.minimum, self.maximum = minimum, maximum

    def check(self, value: float) -> None:
        if not self.minimum <= value <= self.maximum:
            msg = f"{value} is not within {self.minimum} and {self.maximum}"
            raise ValueError(msg)


def parameterNodeWrapper(described: type) -> type:
    """Typed properties over a parameter node, for bool and int, and widgets connected to them."""
    hints = typing.get_type_hints(described, include_extras=True)
    defaults = {name: getattr(described, name) for name in hints}
    for name, hint in hints.items():
        setattr(described, name, _parameter(name, hint))

    def begin(self: Any, parameterNode: Any) -> None:
        self.parameterNode, self._guis, self._updating = parameterNode, {}, False
        for name, value in defaults.items():
            if not parameterNode.GetParameter(name):
                setattr(self, name, value)

    for function in (_connectParametersToGui, _connectGui, _disconnectGui):
        setattr(described, function.__name__[1:], function)
    described.__init__ = begin
    described.AddObserver = lambda self, *given: self.parameterNode.AddObserver(*given)
    described.RemoveObserver = lambda self, tag: self.parameterNode.RemoveObserver(tag)
    return described


def _parameter(name: str, hint: Any) -> property:
    checks = [mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, WithinRange)]
    boolean = typing.get_args(hint)[:1] != (int,) and hint is not int

    def write(self: Any, value: Any) -> None:
        for mark in checks:
            mark.check(value)
        self.parameterNode.SetParameter(name, str(value))

    def read(self: Any) -> Any:
        text = self.parameterNode.GetParameter(name)
        return text == "True" if boolean else int(text)

    return property(read, write)


def _connectParametersToGui(self: Any, mapping: dict[str, Any]) -> int:
    """Both ways for QSlider and QCheckBox; gives a tag, as in wrapper.py."""
    connected = {}
    for name, widget in mapping.items():
        signal = "valueChanged(int)" if hasattr(widget, "tracking") else "toggled(bool)"
        changed = _writer(self, name)
        widget.connect(signal, changed)
        connected[name] = widget, signal, changed
    tag = self.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda _caller, _event: _show(self))
    self._guis[tag] = connected
    _show(self)
    return tag


def _connectGui(self: Any, gui: Any) -> None:
    """By the dynamic property SlicerParameterName. It gives no tag: wrapper.py forgets to."""
    named = {w.property("SlicerParameterName"): w for w in vars(gui).values()}
    _connectParametersToGui(self, {name: widget for name, widget in named.items() if name})


def _disconnectGui(self: Any, tag: int | None) -> None:
    """wrapper.py leaves its observer, which here would outlive its test."""
    if tag in self._guis:
        self.RemoveObserver(tag)
    for widget, signal, changed in self._guis.pop(tag, {}).values():
        widget.disconnect(signal, changed)


def _writer(self: Any, name: str) -> Callable[[Any], None]:
    def changed(value: Any) -> None:
        if not self._updating:
            setattr(self, name, value)

    return changed


def _show(self: Any) -> None:
    if self._updating:
        return
    self._updating = True
    for connected in self._guis.values():
        for name, (widget, signal, _) in connected.items():
            setattr(
                widget, "value" if signal.startswith("value") else "checked", getattr(self, name)
            )
    self._updating = False


def install() -> None:
    """Put the doubles where Slicer has the modules."""
    translation = {"tr": lambda text, *_context: text, "translate": lambda _context, text: text}
    doubles = {
        "ScriptedLoadableModule": {
            made.__name__: made
            for made in (
                *(ScriptedLoadableModule, ScriptedLoadableModuleWidget),
                *(ScriptedLoadableModuleLogic, ScriptedLoadableModuleTest),
            )
        },
        "parameterNodeWrapper": {
            "parameterNodeWrapper": parameterNodeWrapper,
            "WithinRange": WithinRange,
        },
        "i18n": translation,
    }
    for name, members in doubles.items():
        module = types.ModuleType(f"slicer.{name}")
        vars(module).update(members)
        sys.modules[module.__name__] = module
        setattr(slicer, name, module)
