"""Routes of code lists: /v1/registry/code-lists. Open to every token; labels by Accept-Language, as errors are."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response

from services.registry.codes.domain import CodeList
from services.registry.codes.lists import CODE_LISTS
from services.registry.codes.schemas import CodeListRow, CodeListView, CodeView
from shared.app import router
from shared.auth import Actor, require
from shared.errors import NotFound
from shared.http import check_none_match, language, tag

Anybody = Annotated[Actor, Depends(require())]

routes = router("/v1/registry/code-lists", "registry: code lists")

_LANGUAGES = ("en", "zh")
_ALL = sum(codes.version for codes in CODE_LISTS.values())


class CodeListNotFound(NotFound):
    slug = "code-list-not-found"
    title_en, title_zh = "No such code list", "没有此码表"


@routes.get("", summary="Code lists")
async def list_code_lists(actor: Anybody, request: Request, response: Response) -> list[CodeListRow]:
    spoken = _cached(request, response, _ALL)
    return [
        CodeListRow(
            name=codes.name,
            title=codes.title.of(spoken),
            standard=codes.standard or None,
            edition=codes.edition or None,
            codes=len(codes.labels),
        )
        for codes in CODE_LISTS.values()
    ]


@routes.get("/{name}", summary="A code list with its labels")
async def get_code_list(actor: Anybody, request: Request, response: Response, name: str) -> CodeListView:
    """National standards (GB/T) with number and edition, and the platform's own lists. Bodies take only codes that stand here."""
    codes = CODE_LISTS.get(name)
    if codes is None:
        raise CodeListNotFound
    spoken = _cached(request, response, codes.version)
    return _view(codes, spoken)


def _view(codes: CodeList, spoken: str) -> CodeListView:
    return CodeListView(
        name=codes.name,
        title=codes.title.of(spoken),
        standard=codes.standard or None,
        edition=codes.edition or None,
        source=codes.source,
        codes=[CodeView(code=code, label=label.of(spoken)) for code, label in codes.labels.items()],
    )


def _cached(request: Request, response: Response, version: int) -> str:
    """Makes the answer one that may be kept, a copy per language; that language. Raises NotModified."""
    spoken = language(request)
    check_none_match(request, version, _LANGUAGES.index(spoken))
    tag(response, version, _LANGUAGES.index(spoken))
    response.raw_headers += [
        (b"cache-control", b"private, max-age=3600"),
        (b"vary", b"accept-language"),
        (b"content-language", spoken.encode()),
    ]
    return spoken
