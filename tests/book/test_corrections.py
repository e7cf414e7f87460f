"""Corrections are invited: the link on every page, the forms behind it, one source of what typesets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from sphinx.errors import ExtensionError

from dlmath_lib.book.page import _report_url, check_report_url
from tests.conftest import ROOT


class Config:
    """As much of Sphinx's configuration as is asked for."""

    def __init__(self, report_url: str) -> None:
        self.report_url = report_url


def test_the_link_stands_under_every_page_if_and_only_if_an_address_is_given(book: Path) -> None:
    address = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["sphinx"]["config"]["report_url"]
    for page in [*book.glob("chapters/**/*.html"), book / "intro.html"]:
        assert ("Report an error on this page" in page.read_text("utf-8")) == bool(address)


def test_the_address_names_the_page() -> None:
    pattern = "https://x.org/new?template=error.yml&title={title}&page={page}"
    url = _report_url(pattern, "chapters/a b", "<em>Losses</em> & more")
    assert url == "https://x.org/new?template=error.yml&title=Losses%20%26%20more&page=chapters/a%20b"
    assert _report_url("", "a", "b") == ""


@pytest.mark.parametrize("address", ["", "https://x.org", "mailto:a@x.org?subject={page}"])
def test_addresses_that_can_be_followed_pass(address: str) -> None:
    check_report_url(None, Config(address))


@pytest.mark.parametrize("address", ["x.org/new", "javascript:alert(1)", "file:///tmp"])
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(
        ExtensionError, match=r"_config\.yml: report_url must begin with https:// or mailto:, or be empty"
    ):
        check_report_url(None, Config(address))


def test_the_example_in_the_configuration_fits_the_form() -> None:
    config = (ROOT / "_config.yml").read_text("utf-8")
    (query,) = re.findall(r"issues/new\?(\S+)", config)
    fields = dict(part.split("=") for part in query.split("&"))
    form = yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE" / fields.pop("template")).read_text("utf-8"))
    known = {field["id"] for field in form["body"]} | {"title"}
    assert set(fields) <= known


def test_issue_forms_are_complete() -> None:
    forms = sorted(path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
    assert len(forms) >= 2
    for path in forms:
        form = yaml.safe_load(path.read_text("utf-8"))
        assert form["name"]
        assert form["description"]
        assert all(field["attributes"]["label"] for field in form["body"])
        assert len({field["id"] for field in form["body"]}) == len(form["body"])
        assert any(field.get("validations", {}).get("required") for field in form["body"])


def test_the_code_of_conduct_is_linked() -> None:
    assert "(CODE_OF_CONDUCT.md)" in (ROOT / "README.md").read_text("utf-8")
    assert "tell a maintainer" in (ROOT / "CODE_OF_CONDUCT.md").read_text("utf-8")


def test_the_promises_are_no_larger_than_what_is_kept() -> None:
    for name in ("README.md", "intro.md"):
        text = " ".join((ROOT / name).read_text("utf-8").split())
        assert not re.search(
            r"nothing is taken on trust|[Tt]hree witnesses|[Ee]very formula has|Every displayed", text
        ), name
