"""The reference of `dlmath_lib`: a page for each module, made from its docstrings, with links to and from chapters."""

import dataclasses
import importlib
import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from docutils import nodes
from numpydoc.docscrape import NumpyDocString, Parameter
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

import dlmath_lib
from dlmath_lib.book.filters import filtered
from dlmath_lib.book.frames import breaking
from dlmath_lib.book.places import add_place, chapters_in_order, keep, kept

HERE = Path(dlmath_lib.__file__).parent
NOT_FOR_READERS = {"book"}
# ``code``, :math:`x`, `a name`, *stress*, and a place in a chapter.
INLINE = re.compile(r"(``[^`]+``|:math:`[^`]+`|(?::\w+:)?`[^`]+`|\*[^*\s](?:[^*]*[^*\s])?\*(?!\w))")
PLACE = re.compile(r"(?:chapters/)?\b([a-z_]+/[a-z_]+)\.ipynb(?:#([\w-]+))?|\b([a-z_]+/[a-z_]+)#([\w-]+)")
MATH = ".. math::"
LISTS = ("Parameters", "Attributes", "Returns", "Raises")
TEXTS = ("Notes", "References")


@dataclass(frozen=True)
class Entry:
    """One public name."""

    docname: str
    module: str
    name: str
    summary: str
    chapters: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """Where it stands on its page."""
        return f"{self.module}.{self.name}"


class chapter_place(nodes.General, nodes.Inline, nodes.TextElement):
    """A place in a chapter, which becomes a link."""


class api_name(nodes.General, nodes.Inline, nodes.TextElement):
    """A name in backticks, which becomes a link where it is a public one."""


def modules() -> Iterator[tuple[str, ModuleType]]:
    """Yield the public modules by name."""
    for path in sorted(HERE.iterdir()):
        name = path.stem
        found = path.suffix == ".py" or (path / "__init__.py").is_file()
        if found and not name.startswith("_") and name not in NOT_FOR_READERS:
            yield name, importlib.import_module(f"dlmath_lib.{name}")


def public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the names of a module that are its own functions and classes."""
    for name in module.__all__:
        value = getattr(module, name)
        ours = (getattr(value, "__module__", None) or "").startswith("dlmath_lib")
        if ours and (inspect.isfunction(value) or inspect.isclass(value)):
            yield name, value


class ModuleDirective(SphinxDirective):
    """`{api} losses`: the module, and each of its public names with its docstring."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a section for each name."""
        name = self.arguments[0]
        module = importlib.import_module(f"dlmath_lib.{name}")
        for path in _sources(name):
            self.env.note_dependency(str(path))
        content: list[nodes.Node] = [*blocks(inspect.getdoc(module) or "")]
        entries = keep(self.env, "dlmath_api")
        for own, value in public(module):
            section, entry = _section(self.env.docname, name, own, value)
            self.state.document.note_explicit_target(section)
            entries.append(entry)
            content.append(section)
        return content


def _sources(module: str) -> list[Path]:
    path = HERE / module
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


def _section(docname: str, module: str, name: str, value: Any) -> tuple[nodes.section, Entry]:
    text = inspect.getdoc(value) or ""
    doc = NumpyDocString(text)
    summary = " ".join(doc["Summary"])
    chapters = tuple(dict.fromkeys(f"chapters/{found[1] or found[3]}" for found in PLACE.finditer(text)))
    entry = Entry(docname, module, name, summary, chapters)
    section = nodes.section("", nodes.title("", "", nodes.literal("", name)), ids=[entry.anchor], names=[entry.anchor])
    section["classes"].append("api-entry")
    section += nodes.literal_block("", signature(name, value), language="python", classes=["api-signature"])
    section += documentation(doc)
    if inspect.isclass(value) and not issubclass(value, (tuple, BaseException)):
        section += _methods(value)
    return section, entry


def signature(name: str, value: Any) -> str:
    """Return how it is called, without types: the list of arguments below has them in words."""
    try:
        own = inspect.signature(value)
    except ValueError:
        return name
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in own.parameters.values() if p.name != "self"]
    shown = str(own.replace(parameters=plain, return_annotation=inspect.Signature.empty))
    shown = re.sub(r"<class '(?:\w+\.)*(\w+)'>", r"\1", shown)
    return f"{name}{re.sub(r'<[^>]*>', '...', shown)}"


def _methods(value: type) -> list[nodes.Node]:
    """Return the methods and properties that the class or a base of this package wrote."""
    items = []
    fields = {field.name for field in dataclasses.fields(value)} if dataclasses.is_dataclass(value) else set()
    for name in dir(value):
        home = next(base for base in value.__mro__ if name in vars(base))
        own = vars(home)[name]
        own = own.__func__ if isinstance(own, (classmethod, staticmethod)) else own
        if name.startswith("_") or name in fields or not home.__module__.startswith("dlmath_lib"):
            continue
        if inspect.isfunction(own) or isinstance(own, property):
            shown = name if isinstance(own, property) else signature(name, own)
            doc = NumpyDocString(inspect.getdoc(own) or "")
            body = nodes.definition("", *documentation(doc))
            items.append(nodes.definition_list_item("", nodes.term("", "", nodes.literal("", shown)), body))
    if not items:
        return []
    rubric = nodes.paragraph("", "Methods and properties", classes=["api-heading"])
    return [rubric, nodes.definition_list("", *items, classes=["api-methods"])]


def documentation(doc: NumpyDocString) -> list[nodes.Node]:
    """Return the parts of a docstring."""
    content: list[nodes.Node] = list(blocks("\n".join([*doc["Summary"], "", *doc["Extended Summary"]])))
    for name in LISTS:
        if doc[name]:
            content += [nodes.paragraph("", name, classes=["api-heading"]), _listed(doc[name])]
    for name in TEXTS:
        text = doc[name] if isinstance(doc[name], str) else "\n".join(doc[name])
        if text.strip():
            content += [nodes.paragraph("", name, classes=["api-heading"]), *blocks(text)]
    examples = "\n".join(doc["Examples"]).strip()
    if examples:
        content += [nodes.paragraph("", "Examples", classes=["api-heading"]), *_examples(examples)]
    return content


def _listed(rows: Iterable[Parameter]) -> nodes.definition_list:
    items = []
    for name, kind, text in rows:
        term = nodes.term("")
        if name:
            term += nodes.literal("", name)
        if kind:
            term += [nodes.Text(" : ")] * bool(name) + list(inline(kind))
        items.append(nodes.definition_list_item("", term, nodes.definition("", *blocks("\n".join(text)))))
    return nodes.definition_list("", *items, classes=["api-arguments"])


def _examples(text: str) -> Iterator[nodes.Node]:
    """Yield words as paragraphs and what follows `>>>` as code."""
    for block in re.split(r"\n\s*\n", text):
        if block.lstrip().startswith(">>>"):
            yield nodes.literal_block("", inspect.cleandoc(block), language="pycon")
        else:
            yield from blocks(block)


def blocks(text: str) -> Iterator[nodes.Node]:
    """Yield the paragraphs and bullet lists of a docstring's text."""
    for block in re.split(r"\n\s*\n", text.strip()):
        if block.lstrip().startswith(MATH):
            latex = " ".join(block.strip().removeprefix(MATH).split())
            yield nodes.math_block("", latex, nowrap=False, number=None, label=None)
        elif re.match(r"[-*] ", block.lstrip()):
            items = re.split(r"^\s*[-*] ", inspect.cleandoc(block), flags=re.MULTILINE)[1:]
            points = [nodes.list_item("", nodes.paragraph("", "", *inline(item))) for item in items]
            yield nodes.bullet_list("", *points, bullet="-")
        elif block.strip():
            yield nodes.paragraph("", "", *inline(block))


def inline(text: str) -> Iterator[nodes.Node]:
    """Yield the words of a paragraph; code, names and places in chapters are nodes of their own."""
    for part in INLINE.split(" ".join(text.split())):
        part = re.sub(r"^:(?!math)\w+:(?=`)", "", part)
        bare = part.strip("`")
        if part.startswith("`") and (place := PLACE.fullmatch(bare)):
            yield _place(place)
        elif part.startswith(":math:"):
            yield nodes.math("", part[7:-1])
        elif part.startswith("``"):
            yield nodes.literal("", bare)
        elif part.startswith("`"):
            yield api_name("", "", nodes.literal("", bare))
        elif len(part) > 2 and part[0] == part[-1] == "*":
            yield nodes.emphasis("", part[1:-1])
        else:
            yield from _places(part)


def _places(text: str) -> Iterator[nodes.Node]:
    start = 0
    for place in PLACE.finditer(text):
        yield nodes.Text(text[start : place.start()])
        yield _place(place)
        start = place.end()
    if text[start:]:
        yield nodes.Text(text[start:])


def _place(found: re.Match[str]) -> chapter_place:
    chapter, anchor = (found[1], found[2]) if found[1] else (found[3], found[4])
    return chapter_place("", "", chapter=f"chapters/{chapter}", anchor=anchor or "")


def entries_in_order(env: BuildEnvironment) -> list[Entry]:
    """Return the public names in the order of their pages."""
    found = kept(env, "dlmath_api")
    return [entry for page in chapters_in_order(env) for entry in found.get(page, [])]


def link(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make links of names and places, and name the functions of a chapter in its summary."""
    everything = entries_in_order(app.env)
    own = {entry.name: entry for entry in everything if entry.docname == docname}
    known = {**{entry.name: entry for entry in reversed(everything)}, **own}
    for mark in list(doctree.findall(api_name)):
        entry = known.get(mark.astext().rpartition(".")[2])
        mark.replace_self(_link(app, docname, entry, mark.astext()) if entry else mark.children)
    for mark in list(doctree.findall(chapter_place)):
        mark.replace_self(_chapter(app, docname, mark["chapter"], mark["anchor"]))
    mine = [entry for entry in everything if docname in entry.chapters]
    summary = next((s for s in doctree.findall(nodes.section) if s[0].astext() == "Summary"), None)
    if mine and summary is not None:
        _name_functions(app, docname, summary, mine)


def _name_functions(app: Sphinx, docname: str, summary: nodes.section, entries: list[Entry]) -> None:
    """Add a sentence with the functions whose docstrings lead here; companions stand behind their own."""
    names = {entry.name for entry in entries}
    first = [entry for entry in entries if re.sub(r"_(grad|jacobian|vjp)$", "", entry.name) not in names - {entry.name}]
    words: list[nodes.Node] = [nodes.strong("", "In the library:"), nodes.Text(" ")]
    for position, entry in enumerate(first):
        words += [nodes.Text(", ")] * bool(position) + [_link(app, docname, entry, entry.name)]
    summary += nodes.paragraph("", "", *words, nodes.Text("."), classes=["api-functions"])


def _link(app: Sphinx, docname: str, entry: Entry, shown: str) -> nodes.reference:
    title = f"dlmath_lib.{entry.module}"
    words = nodes.literal("", "", *breaking(shown))
    return make_refnode(app.builder, docname, entry.docname, entry.anchor, words, title)


def _chapter(app: Sphinx, docname: str, chapter: str, anchor: str) -> nodes.Node:
    """Return a link that shows the chapter's title."""
    if chapter not in app.env.titles:
        return nodes.Text(chapter)
    slug = app.env.metadata[chapter].get("myst_slugs", {}).get(anchor)
    words = nodes.inline("", app.env.titles[chapter].astext())
    return make_refnode(app.builder, docname, chapter, slug[1] if slug else anchor, words)


def _index(app: Sphinx, docname: str) -> list[nodes.Node]:
    """Return the table of every public name, with the module and the chapters that it belongs to."""
    everything, lines = entries_in_order(app.env), []
    for entry in everything:
        chapters: list[nodes.Node] = []
        for chapter in entry.chapters:
            chapters += [nodes.Text(", ")] * bool(chapters) + [_chapter(app, docname, chapter, "")]
        module = make_refnode(app.builder, docname, entry.docname, "", nodes.literal("", "", *breaking(entry.module)))
        summary = [node for node in inline(entry.summary) if not isinstance(node, chapter_place)]
        shown = [node.children[0] if isinstance(node, api_name) else node for node in summary]
        lines.append([[_link(app, docname, entry, entry.name)], [module], shown, chapters or [nodes.Text("")]])
    summary_of_all = f"{len(everything)} names in {len({entry.module for entry in everything})} modules."
    return filtered(("Name", "Module", "What it is", "Chapter"), lines, (2,), "name", summary_of_all, "api")


def setup(app: Sphinx) -> None:
    """Register the directives."""
    for node in (chapter_place, api_name):
        app.add_node(node)
    app.add_directive("api", ModuleDirective)
    add_place(app, "api-index", _index)
    app.connect("doctree-resolved", link)
