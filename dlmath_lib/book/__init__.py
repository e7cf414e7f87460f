"""The Sphinx extension that makes the built book, and `python -m dlmath_lib.book.execute`.

`mathematics` typesets at build time, `places` fills a page with what all the others kept,
`claims` and `frames` show what the chapters proved,
`witnesses` and `ledger` list it all with what speaks for it, `clinic` lists the common
mistakes, `formula_sheet` what the summaries ask to remember, `exercise_list` the exercises,
`api` the library's functions, `reading_paths` what to read for a purpose, `glossary` the terms,
`citations` links to the bibliography, `search` finds sections, `explorers` carries the interactive figures,
`plots` puts the still ones into the page, `page` is the page around them.
"""

import gc
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


# In the order in which they hear of a page that has been read.
PARTS = (
    "places", "mathematics", "citations", "claims", "witnesses", "ledger", "clinic", "formula_sheet",
    "exercise_list", "api", "reading_paths", "glossary", "explorers", "plots",
    "search", "page",
)  # fmt: skip


def setup(app: "Sphinx") -> dict[str, Any]:
    """Set up the extension (Sphinx calls this)."""
    from sphinx.errors import ExtensionError

    if not any(
        entry.value.startswith("dlmath_lib.book.claims") for entry in entry_points(group="myst_nb.mime_renderers")
    ):
        raise ExtensionError("dlmath_lib is not installed, so myst-nb cannot find its renderer of claims: run `make`")
    # Jupyter Book always sets it, for an extension that this book does not load.
    app.add_config_value("comments_config", {}, "html")
    for name in PARTS:
        import_module(f"dlmath_lib.book.{name}").setup(app)
    app.connect("env-before-read-docs", _forget)
    # The trees of the pages live until the end: a third of the build would be spent on walking them for garbage.
    gc.disable()
    app.connect("build-finished", lambda app, error: gc.enable())
    # With another number all pages are read anew: what an older build kept of them lacks something.
    return {"version": "1", "env_version": 3, "parallel_read_safe": True, "parallel_write_safe": True}


def _forget(app: "Sphinx", env: "BuildEnvironment", pages: list[str]) -> None:
    """Forget all that is to be read anew, at once: else a label that has moved to another page is there twice."""
    for page in pages:
        app.emit("env-purge-doc", env, page)
        env.clear_doc(page)
