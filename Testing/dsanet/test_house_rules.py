"""Rules of the house that no linter knows: who writes files, who runs what, what is packaged."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "DSASegmentation"
SOURCES = sorted([*EXTENSION.rglob("*.py"), *(ROOT / "Training").rglob("*.py")])
WRITER = EXTENSION / "dsanet" / "atomic.py"

WRITING_CALLS = {
    *("np.save", "np.savez", "np.savez_compressed", "np.savetxt", "numpy.save", "torch.save"),
    *("shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move"),
    *("os.open", "os.write", "os.replace", "os.rename", "os.link", "os.symlink", "os.truncate"),
    *("tempfile.NamedTemporaryFile", "tempfile.TemporaryFile", "tempfile.mkstemp"),
    *("sitk.WriteImage", "SimpleITK.WriteImage", "cv2.imwrite", "save_file", "zipfile.ZipFile"),
}
RUNNING_CALLS = {"eval", "exec", "compile", "print", "torch.load", "__import__", "os.system"}
RUNNING_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
BLOCKED = ("torch", "openvino", "cv2", "monai", "rich", "PIL")
LIGHT = ("", ".io", ".prepare", ".engine", ".packages", ".export", ".cli", ".__main__")


def calls(source: str) -> Iterator[tuple[ast.Call, str]]:
    """Every call in a source text with its dotted name, which ends in the attribute called."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def writes(source: str) -> list[str]:
    """The calls that write files behind the atomic module's back, as `line: call`."""
    return [f"{node.lineno}: {name}" for node, name in calls(source) if _is_write(node, name)]


def _is_write(node: ast.Call, name: str) -> bool:
    last = name.rpartition(".")[2]
    if last in ("write_bytes", "write_text") and name != last:
        return name != f"atomic.{last}"
    if last in ("open", "fdopen"):
        mode = _mode(node, 0 if "." in name and not name.startswith("os.") else 1)
        return bool(re.search("[wax+]", mode)) or name in WRITING_CALLS
    if last in ("save", "save_as", "tofile", "dump") and node.args:
        first = ast.unparse(node.args[0])
        return name != "json.dump" and not re.search("stream|buffer", first)
    if last == "dcmwrite":
        return not re.search("stream|buffer", ast.unparse(node.args[0]))
    return name in WRITING_CALLS


def _mode(node: ast.Call, position: int) -> str:
    given = [keyword.value for keyword in node.keywords if keyword.arg == "mode"]
    given += node.args[position : position + 1]
    if not given:
        return "r"
    return given[0].value if isinstance(given[0], ast.Constant) else "w"


def runs(source: str) -> list[str]:
    """The calls and imports that run data as code or print, as `line: name`."""
    found = [f"{node.lineno}: {name}" for node, name in calls(source) if name in RUNNING_CALLS]
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [f"{node.lineno}: {name}" for name in names if name in RUNNING_MODULES]
    return found


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [path for path in SOURCES if path != WRITER], ids=relative)
def test_only_the_atomic_module_writes_files(path: Path) -> None:
    assert writes(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_no_module_runs_data_as_code_or_prints(path: Path) -> None:
    assert runs(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "code",
    [
        "open(p, 'w')",
        "open(p, mode='ab')",
        "p.open('x')",
        "p.open('r+b')",
        "open(p, mode)",
        "p.write_bytes(b'')",
        "folder.path.write_text('')",
        "np.save(p, a)",
        "torch.save(x, p)",
        "image.save(p)",
        "image.save(p, 'PNG')",
        "dataset.save_as(p)",
        "pydicom.dcmwrite(p, d)",
        "os.open(p, os.O_RDONLY)",
        "os.fdopen(d, 'w')",
        "sitk.WriteImage(i, p)",
        "tempfile.NamedTemporaryFile()",
        "shutil.copyfile(a, b)",
        "array.tofile(p)",
    ],
)
def test_the_rule_sees_writing(code: str) -> None:
    assert writes(code)


@pytest.mark.parametrize(
    "code",
    [
        "open(p)",
        "open(p, 'rb')",
        "p.open('rb')",
        "p.open(mode='rb')",
        "Image.open(p)",
        "atomic.write_bytes(p, b'')",
        "write_all({})",
        "image.save(stream, 'PNG')",
        "dcmwrite(buffer, d)",
    ],
)
def test_the_rule_lets_reading_and_memory_pass(code: str) -> None:
    assert not writes(code)


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from marshal import loads",
        "eval('1')",
        "exec(s)",
        "torch.load(p)",
        "print(1)",
    ],
)
def test_the_rule_sees_running_and_printing(code: str) -> None:
    assert runs(code)


def test_every_python_file_of_the_extension_is_packaged() -> None:
    listed = (EXTENSION / "CMakeLists.txt").read_text(encoding="utf-8")
    names = set(
        re.findall(r"[^\s()\"]+\.py\b", listed.replace("${MODULE_NAME}", "DSASegmentation"))
    )
    present = {path.relative_to(EXTENSION).as_posix() for path in EXTENSION.rglob("*.py")}
    assert names == present


def test_the_engine_imports_without_what_slicer_lacks() -> None:
    code = f"""
import importlib, sys
for name in {BLOCKED}:
    sys.modules[name] = None
for name in {LIGHT}:
    importlib.import_module("dsanet" + name)
"""
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(EXTENSION)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
