"""Notebooks in the one form in which they are stored: the same run always gives the same bytes."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import yaml

from dlmath_lib._needs import lacking
from dlmath_lib.book.compare import difference, without_pictures
from dlmath_lib.frameworks import MODULES as FRAMEWORKS

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = {"tags"}
DROPPED_TYPES = {"application/vnd.jupyter.widget-view+json"}
# A heading over each solution, collapsed in JupyterLab: the fold of the cell itself opens when the cell is run.
SOLUTION = "#### A solution"
COLLAPSED = "jp-MarkdownHeadingCollapsed"
# What the book folds is folded in JupyterLab too.
FOLDED = {"hide-input": {"source_hidden": True}, "hide-cell": {"outputs_hidden": True, "source_hidden": True}}
# The first cell of every chapter (not shown in the book): a notebook that was downloaded alone says what it needs.
OPENING = """from importlib.util import find_spec
if find_spec("dlmath_lib") is None:
    raise ImportError('dlmath_lib is missing: in the folder of the book run  pip install ".[chapters]"')"""
USES_FRAMEWORKS = re.compile(r"\bfrom dlmath_lib\.frameworks import\b")
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")


def in_contents(root: Path) -> list[Path]:
    """Return the notebooks that `_toc.yml` names, in the order of the book."""
    found: list[Path] = []

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            name = node.get("file") or node.get("root")
            if name:
                path = root / (name if str(name).endswith(".ipynb") else f"{name}.ipynb")
                if path.is_file():
                    found.append(path)
            for key in ("parts", "chapters", "sections", "subtrees", "entries"):
                walk(node.get(key))

    try:
        contents = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"_toc.yml cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(contents, dict):
        raise ValueError(f"_toc.yml must be a mapping with root and parts, got {type(contents).__name__}")
    walk(contents)
    return found


def lacks(path: Path) -> list[str]:
    """Return what is not installed of the frameworks (Keras, JAX) that a notebook runs: nothing, for nearly all."""
    if USES_FRAMEWORKS.search(path.read_text(encoding="utf-8")):
        return lacking(*FRAMEWORKS)
    return []


def read(path: Path) -> nbformat.NotebookNode:
    """Return a notebook in which every cell has an id that does not change from run to run."""
    content = json.loads(path.read_text(encoding="utf-8"))
    taken: set[str] = set()
    for cell in content["cells"]:
        if not cell.get("id") or cell["id"] in taken:
            cell["id"] = _new_id(cell, taken)
        taken.add(cell["id"])
    content["nbformat"], content["nbformat_minor"] = 4, 5
    return nbformat.from_dict(_joined(content))


def _new_id(cell: dict[str, Any], taken: set[str]) -> str:
    base = hashlib.sha1("".join(cell["source"]).encode()).hexdigest()[:8]
    count, name = 1, base
    while name in taken:
        count += 1
        name = f"{base}-{count}"
    return name


def _joined(content: dict[str, Any]) -> dict[str, Any]:
    """Join the lists of lines that the file format allows for long texts."""
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"])
        for output in cell.get("outputs", []):
            if "text" in output:
                output["text"] = "".join(output["text"])
            for kind, value in output.get("data", {}).items():
                if isinstance(value, list) and not kind.endswith("json"):
                    output["data"][kind] = "".join(value)
    return content


def normalise(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook without all that changes from run to run or from editor to editor."""
    notebook = nbformat.from_dict(json.loads(json.dumps(notebook)))
    notebook.metadata = nbformat.from_dict(METADATA)
    count = 0
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in CELL_METADATA and value}
        for tag in FOLDED.keys() & set(cell.metadata.get("tags", [])):
            cell.metadata["jupyter"] = dict(FOLDED[tag])
        if cell.cell_type == "markdown" and cell.source == SOLUTION:
            cell.metadata[COLLAPSED] = True
        if not cell.get("attachments", True):
            del cell["attachments"]
        if cell.cell_type == "code":
            if cell.source.strip():
                count += 1
            cell.execution_count = count if cell.source.strip() else None
            cell.outputs = _outputs(cell.outputs, count)
    return notebook


def _outputs(outputs: list[Any], count: int) -> list[Any]:
    kept: list[Any] = []
    for output in outputs:
        if output.output_type == "stream":
            if kept and kept[-1].output_type == "stream" and kept[-1].name == output.name:
                kept[-1].text += output.text
                continue
        elif output.output_type in ("display_data", "execute_result"):
            for kind in DROPPED_TYPES & set(output.data):
                del output.data[kind]
            if not output.data:
                continue
            output.pop("transient", None)
            if output.output_type == "execute_result":
                output.execution_count = count
        kept.append(output)
    return kept


def text(notebook: nbformat.NotebookNode) -> str:
    """Return the file's text: sorted keys, indented by one, one newline at the end."""
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def differences(stored: nbformat.NotebookNode, now: nbformat.NotebookNode, pictures: bool = True) -> list[str]:
    """Return in which cells two runs of one notebook say different things, and where in them (see `compare`).

    Without `pictures`, what a cell draws is passed over; that it draws is not.
    """
    found = []
    for number, (old, new) in enumerate(zip(stored.cells, now.cells, strict=True), start=1):
        if told := difference(
            *(shown if pictures else without_pictures(shown) for shown in (_shown(old), _shown(new)))
        ):
            found.append(f"cell {number}: {told}")
    return found


def _shown(cell: Any) -> list[Any]:
    """What a reader sees of a cell's outputs: texts and data, in the order of their kinds."""
    return [
        output.get("data") or {output.get("name", output.output_type): output.get("text", "")}
        for output in cell.get("outputs", [])
    ]


def faults(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what a stored run must not hold: errors, words on stderr, memory addresses."""
    found = []
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                found.append(f"cell {number} raised {output.ename}: {output.evalue}")
            elif output.output_type == "stream" and output.name == "stderr":
                found.append(f"cell {number} wrote to stderr: {output.text.strip()}")
            shown = output.get("text") or "".join(str(value) for value in output.get("data", {}).values())
            if ADDRESS.search(shown):
                found.append(
                    f"cell {number} shows a memory address, which no two runs share: give the class a __repr__"
                )
    return found
