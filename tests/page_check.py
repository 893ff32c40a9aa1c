"""Find the faults of a page that can be seen in its text: what it would ask for, and what a screen reader lacks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from bs4 import BeautifulSoup, Tag

__all__ = ["page_faults"]

# A link is followed only when the reader asks; everything here is fetched or run at once.
_FETCHED = {"src", "srcset", "poster", "data", "background", "action", "formaction", "ping", "manifest", "xlink:href"}
_FOLLOWED_ONLY = {"a", "area"}
_RUN = ("script", "iframe", "frame", "object", "embed", "base", "applet", "link", "form", "portal")
_CSS_ADDRESS = re.compile(r"""@import|\burl\(\s*["']?(?!data:)|\bimage-set\(|\bsrc\(""", re.IGNORECASE)
_HARMFUL = re.compile(r"\s*(javascript|vbscript|data|file)\s*:", re.IGNORECASE)


def page_faults(html: str) -> list[str]:
    """Return every fault found, each named by the kind it is; a good page gives an empty list."""
    page = BeautifulSoup(html, "html.parser")
    checks = (_asks, _images, _headings, _tables, _ids, _links, _frame)
    return [fault for check in checks for fault in check(page)]


def _asks(page: BeautifulSoup) -> Iterator[str]:
    """Whatever would run, or be fetched, or lead away by itself."""
    for tag in page.find_all(True):
        if tag.name in _RUN:
            yield f"runs or fetches: <{tag.name}>"
        for name, value in tag.attrs.items():
            text = " ".join(value) if isinstance(value, list) else str(value)
            if name.startswith("on"):
                yield f"runs: {name} of <{tag.name}>"
            elif name == "style" and _CSS_ADDRESS.search(text):
                yield f"fetches: style of <{tag.name}>"
            elif (name in _FETCHED or (name == "href" and tag.name not in _FOLLOWED_ONLY)) and not _held(text):
                yield f"fetches: {name} of <{tag.name}>: {text[:80]}"
        if tag.name == "meta" and str(tag.get("http-equiv", "")).lower() == "refresh":
            yield "leads away: <meta http-equiv=refresh>"
    for style in page.find_all("style"):
        if _CSS_ADDRESS.search(style.text):
            yield "fetches: <style>"


def _held(address: str) -> bool:
    return address.startswith(("data:image/", "#"))


def _images(page: BeautifulSoup) -> Iterator[str]:
    for image in page.find_all("img"):
        # An empty alt is how a picture says that it adds nothing; a missing one says nothing at all.
        if image.get("alt") is None:
            yield "no alt: <img>"
        elif image.find_parent("figure") and not image["alt"].strip():
            yield "no alt: <img> of a figure"


def _headings(page: BeautifulSoup) -> Iterator[str]:
    headings = page.find_all(re.compile("^h[1-6]$"))
    levels = [int(heading.name[1]) for heading in headings]
    if levels.count(1) != 1:
        yield f"headings: {levels.count(1)} h1"
    if levels and levels[0] != 1:
        yield f"headings: the first is h{levels[0]}"
    for (a, b), heading in zip(pairwise(levels), headings[1:], strict=True):
        if b > a + 1:
            yield f"headings: h{a} is followed by h{b}: {heading.text[:60]}"
    for heading in headings:
        if not heading.text.strip() and not heading.find("img", alt=True):
            yield f"headings: an empty {heading.name}"


def _tables(page: BeautifulSoup) -> Iterator[str]:
    for table in page.find_all("table"):
        if not (table.caption and table.caption.text.strip()) and not table.get("aria-labelledby"):
            yield "table: neither caption nor label"
        cells = table.find_all("th")
        if not cells:
            yield "table: no header cell"
        if any(cell.get("scope") not in ("col", "row", "colgroup", "rowgroup") for cell in cells):
            yield "table: a header cell without scope"
        if not _scrolls(table):
            yield "table: cannot scroll by itself with the keyboard"


def _scrolls(table: Tag) -> bool:
    frame = table.find_parent(class_="table-scroll")
    return frame is not None and frame.get("tabindex") == "0" and frame.get("aria-labelledby") is not None


def _ids(page: BeautifulSoup) -> Iterator[str]:
    ids = Counter(tag["id"] for tag in page.find_all(id=True))
    yield from (f"id: '{id}' stands {n} times" for id, n in ids.items() if n > 1)
    for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
        for tag in page.find_all(attrs={name: True}):
            yield from (f"id: {name} names '{id}', which is not there" for id in tag[name].split() if id not in ids)


def _links(page: BeautifulSoup) -> Iterator[str]:
    ids = {tag["id"] for tag in page.find_all(id=True)}
    for link in page.find_all("a", href=True):
        if _HARMFUL.match(link["href"]):
            yield f"link: harmful address {link['href'][:60]}"
        if link["href"].startswith("#") and link["href"][1:] not in ids:
            yield f"link: {link['href']} leads nowhere"
        if not link.text.strip() and not link.find("img", alt=True):
            yield f"link: no text for {link['href'][:60]}"


def _frame(page: BeautifulSoup) -> Iterator[str]:
    """What the page as a whole must have."""
    if not page.html or not page.html.get("lang"):
        yield "page: no language"
    if not page.title or not page.title.text.strip():
        yield "page: no title"
    for name in ("header", "main", "footer"):
        if len(page.find_all(name)) != 1:
            yield f"page: {len(page.find_all(name))} <{name}>"
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    if not policy or not str(policy.get("content", "")).startswith("default-src 'none'"):
        yield "page: no content security policy that begins with default-src 'none'"
