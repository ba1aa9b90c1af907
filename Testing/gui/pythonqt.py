"""PythonQt's manners on PySide6: the module `qt` as Slicer has it, so that tests catch what Slicer
would refuse.

- A property is an attribute and hides the getter of its name: `w.text`, never `w.text()`.
  PythonQt `src/PythonQtClassInfo.cpp`, `member()`.
- `w.connect("clicked(bool)", f)` and `w.clicked.connect(f)`.
  `src/PythonQtInstanceWrapper.cpp`, `src/PythonQtSignal.cpp`.
- A slot gets as many arguments as it takes. `src/PythonQtSignalReceiver.cpp`.
- Wrapped C++ objects take no new attributes; objects of Python classes do.
  `src/PythonQtInstanceWrapper.cpp`.
- One module, old enum names, `name` for objectName, one return value of file dialogs.
  `src/PythonQtStdDecorators.h`, Slicer `Modules/Scripted/DICOM/DICOMLib`.
"""

import inspect
import os
import sys
import types
from collections.abc import Callable
from contextlib import suppress
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6 import QtCore, QtGui, QtUiTools, QtWidgets

QObject = QtCore.QObject
MODULES = (QtCore, QtGui, QtWidgets, QtUiTools)
NO_PROPERTIES = ("sizeHint", "minimumSizeHint", "singleShot")
"""Of the same name as virtual or static methods, which PySide6 itself calls."""

MEMBERS = {  # dir() and getattr(), for PySide6 makes its classes when they are asked for
    name: getattr(module, name) for module in MODULES for name in dir(module) if name[0] != "_"
}
CLASSES = [
    found for found in MEMBERS.values() if isinstance(found, type) and issubclass(found, QObject)
]


def install() -> types.ModuleType:
    """Make PySide6 behave and give the module `qt`."""
    if "qt" in sys.modules:
        return sys.modules["qt"]
    for found in CLASSES:
        _add_properties(found)
    for found in CLASSES:
        _add_manners(found)
    QObject.name = _property("objectName")
    QObject.className = lambda self: self.metaObject().className()
    qt = types.ModuleType("qt")
    vars(qt).update(MEMBERS)
    for name in ("getOpenFileName", "getSaveFileName"):
        setattr(qt.QFileDialog, name, staticmethod(_first_of(getattr(qt.QFileDialog, name))))
    sys.modules["qt"] = qt
    return qt


def register(*widgets: type) -> None:
    """Have .ui files built with stand-ins for widgets that Qt does not have."""

    class Loader(QtUiTools.QUiLoader):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            for widget in widgets:
                self.registerCustomWidget(widget)

    sys.modules["qt"].QUiLoader = Loader


def _property(name: str) -> property:
    def write(self: Any, value: Any) -> None:
        if not QObject.setProperty(self, name, value):
            msg = f"Property '{name}' does not accept {value!r}"
            raise AttributeError(msg)

    return property(lambda self: QObject.property(self, name), write)


def _add_properties(found: type) -> None:
    meta = found.staticMetaObject
    for number in range(meta.propertyOffset(), meta.propertyCount()):
        name = meta.property(number).name()
        if name not in NO_PROPERTIES:
            setattr(found, name, _property(name))


def _add_manners(found: type) -> None:
    """Each class with access functions of its own needs them wrapped: PySide6 has many such."""
    own = found.__getattribute__
    ways = {"connect": _connect, "disconnect": _disconnect}

    def read(self: Any, name: str) -> Any:
        return types.MethodType(ways[name], self) if name in ways else own(self, name)

    if "__getattribute__" in found.__dict__:
        found.__getattribute__ = read
    if "__setattr__" in found.__dict__:
        found.__setattr__ = _write


def _write(self: Any, name: str, value: Any) -> None:
    parts = (kind.__dict__[name] for kind in type(self).__mro__ if name in kind.__dict__)
    part = next(parts, None)
    if isinstance(part, QtCore.Property):
        part.fset(self, value)
    elif hasattr(type(part), "__set__"):
        part.__set__(self, value)
    elif _is_python(self) or _is_own(name, value):
        self.__dict__[name] = value
    else:
        msg = f"Attribute '{name}' can not be set on {type(self).__name__}"
        raise AttributeError(msg)


def _is_python(thing: Any) -> bool:
    """Whether a class of an object was written in Python, and not as a stand-in for C++."""
    kind = type(thing)
    return not kind.__module__.startswith("PySide6") and not getattr(kind, "standsForCpp", False)


def _is_own(name: str, value: Any) -> bool:
    """Whether PySide6 or this file sets an attribute: signals, slots, children from .ui files."""
    if isinstance(value, QtCore.QObject):
        return bool(value.objectName == name)
    return name == "_slots" or isinstance(value, QtCore.SignalInstance)


def _connect(self: Any, signal: str, slot: Callable[..., Any]) -> bool:
    name, _, arguments = signal.replace(" ", "").rstrip(")").partition("(")
    source = getattr(self, name, None)
    if not isinstance(source, QtCore.SignalInstance):
        msg = f"{type(self).__name__} has no signal {signal}"
        raise ValueError(msg)
    if arguments:
        with suppress(KeyError, IndexError, TypeError):  # of the only overload
            source = source[tuple(arguments.split(","))]
    takes = 0 if "()" in signal else _takes(slot)

    def called(*given: Any) -> None:
        slot(*given[:takes])

    self.__dict__.setdefault("_slots", {})[signal, slot] = source, called
    source.connect(called)
    return True


def _disconnect(self: Any, signal: str, slot: Callable[..., Any]) -> bool:
    source, called = self.__dict__.get("_slots", {}).pop((signal, slot), (None, None))
    return bool(source and source.disconnect(called))


def _takes(slot: Callable[..., Any]) -> int | None:
    """How many arguments a function takes; None for all, as for builtins."""
    if not (inspect.isfunction(slot) or inspect.ismethod(slot)):
        return None
    kinds = [part.kind for part in inspect.signature(slot).parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return None
    wanted = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(kind in wanted for kind in kinds)


def _first_of(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: function(*arguments)[0]
