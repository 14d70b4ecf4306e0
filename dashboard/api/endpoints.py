"""The JSON addresses: maps, papers, topics, themes, trends and search."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import FastAPI, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse

from dashboard import loading
from dashboard.api import answers
from dashboard.api.answers import (
    MapAnswer,
    Maps,
    PaperAnswer,
    Papers,
    Problem,
    ThemeAnswer,
    TopicAnswer,
    TrendPoint,
)
from dashboard.api.guide import guide
from dashboard.api.mounted import ROOT
from topics import artefact
from topics.errors import EncoderError, MapError, MapWithdrawn
from topics.selection import Filters, matching, ranked
from topics.topicmap import TopicMap  # noqa: TC001 - read when addresses are made

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.exceptions import HTTPException as PlainHTTPException

__all__ = ["LARGEST_PAGE", "make_api"]

#: Papers in one answer at most.
LARGEST_PAGE = 500

_SAID = """
Papers, topics and trends of the maps that are served here. Everything is read only, in UTF-8, and
the same as on the pages. Where somebody edits or renews a map its `digest` changes.
"""
_DAY = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
_TITLES = {
    404: "Not found",
    405: "Not allowed",
    409: "Not in this map",
    410: "Withdrawn",
    422: "Not understood",
    503: "Not available",
}
_PROBLEM = "application/problem+json"
_UNANSWERED: dict[int | str, dict[str, Any]] = {
    status: {
        "description": said,
        "content": {_PROBLEM: {"schema": Problem.model_json_schema()}},
    }
    for status, said in (
        (404, "There is no such thing here."),
        (409, "The map has not what was asked for."),
        (410, "The map was withdrawn."),
        (422, "A parameter is not understood."),
        (503, "The map cannot be read."),
    )
}


class By(StrEnum):
    """What a search looks at."""

    WORDS = "words"
    MEANING = "meaning"


Name = Annotated[str, Path(description="Name of a map, as in the list of maps.")]
Day = Annotated[
    str | None, Query(pattern=_DAY, description="A year, month or day such as 2025-03.")
]
Some = Annotated[list[str], Query(max_length=60)]


def make_api() -> FastAPI:
    """The JSON addresses as an ASGI application of their own."""
    api = FastAPI(
        title="Papermap",
        version="1",
        description=_SAID.strip(),
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    api.add_exception_handler(HTTPException, _problem)
    api.add_exception_handler(404, _problem)
    api.add_exception_handler(405, _problem)
    api.add_exception_handler(RequestValidationError, _misunderstood)
    api.get("/maps", summary="The maps that are served here")(_maps)
    for path, function, said in (
        ("", _map, "One map"),
        ("/papers", _papers, "Papers, filtered or searched"),
        ("/papers/{paper:path}", _paper, "One paper, its topics and the papers like it"),
        ("/topics", _topics, "Topics and groups of topics"),
        ("/topics/{topic}", _topic, "One topic or group"),
        ("/themes", _themes, "Themes"),
        ("/trends", _trends, "Papers per period, of topics, themes and the corpus"),
    ):
        api.get(f"/maps/{{name}}{path}", summary=said, responses=_UNANSWERED)(function)
    api.get("/", include_in_schema=False)(lambda: HTMLResponse(guide(api.openapi())))
    return api


def _maps(request: Request) -> Maps:
    return Maps(maps=[_told(request, served) for served in loading.listed_maps()])


def _map(request: Request, name: Name) -> MapAnswer:
    return _told(request, _served(name))


def _papers(
    request: Request,
    name: Name,
    theme: Some = [],  # noqa: B006 - never changed: each request gets a list of its own
    topic: Some = [],  # noqa: B006
    since: Day = None,
    until: Day = None,
    q: Annotated[str, Query(max_length=300, description="Words, “phrases”, -exclusions.")] = "",
    by: Annotated[By, Query(description="Whether q is words or what papers are about.")] = By.WORDS,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Papers:
    """Papers that pass all filters, the best hit first where `q` is given.

    Several themes, or several topics, mean any of them. A period keeps the papers whose date may
    lie in it; undated papers are in no period. A search by meaning finds the nearest papers only.
    """
    topic_map = _open(name)
    filters = Filters(
        themes=tuple(theme),
        topics=tuple(topic),
        since=since,
        until=until,
        text=q,
        by_meaning=by is By.MEANING,
    )
    try:
        rows = ranked(topic_map, filters, matching(topic_map, filters))
    except (MapError, EncoderError) as error:
        said = "This map cannot be searched by meaning here; search it by words."
        raise HTTPException(409, said) from error
    shown = rows[offset : offset + limit]
    end = offset + len(shown)
    more = [pair for pair in request.query_params.multi_items() if pair[0] != "offset"]
    following = f"{request.url.path}?{urlencode([*more, ('offset', end)])}"
    return Papers(
        total=len(rows),
        offset=offset,
        papers=answers.papers_of(topic_map, shown, name=name, root=_root(request)),
        next=following if len(shown) and end < len(rows) else None,
        digest=topic_map.digest,
    )


def _paper(
    request: Request, name: Name, paper: Annotated[str, Path(description="Id of a paper.")]
) -> PaperAnswer:
    from dashboard.neighbourhood import similar_papers

    topic_map = _open(name)
    if paper not in topic_map.row_of:
        raise HTTPException(
            404, f"The map has no paper {paper[:100]!r}; the list of papers has ids."
        )
    row = topic_map.row_of[paper]
    found = answers.papers_of(topic_map, [row], name=name, root=_root(request))[0]
    return answers.around(topic_map, found, similar_papers(topic_map, paper))


def _topics(request: Request, name: Name) -> list[TopicAnswer]:
    return answers.topics_of(_open(name), name=name, root=_root(request))


def _topic(
    request: Request, name: Name, topic: Annotated[str, Path(description="Id of a topic.")]
) -> TopicAnswer:
    for found in _topics(request, name):
        if found.id == topic:
            return found
    raise HTTPException(404, f"The map has no topic {topic[:100]!r}; the list of topics has ids.")


def _themes(name: Name) -> list[ThemeAnswer]:
    return answers.themes_of(_open(name))


def _trends(name: Name) -> list[TrendPoint]:
    return answers.trends_of(_open(name))


def _told(request: Request, served: loading.ServedMap) -> MapAnswer:
    known: Mapping[str, Any] = {}
    try:
        known, state = artefact.read_manifest(served.folder), "ready"
    except MapWithdrawn:
        state = "withdrawn"
    except (MapError, OSError):
        state = "unreadable"
    return answers.summary_of(served.name, known, state=state, root=_root(request))


def _served(name: str) -> loading.ServedMap:
    served = loading.served_maps()
    for each in served:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in loading.listed_maps()[:12]) or "none to be named"
    raise HTTPException(404, f"No map is called {name[:100]!r}; here are: {known}.")


def _open(name: str) -> TopicMap:
    served = _served(name)
    try:
        return loading.open_map(served.folder)
    except MapWithdrawn as error:
        said = "The map was published once and has been withdrawn; the dashboard says why."
        raise HTTPException(410, said) from error
    except (MapError, OSError) as error:
        # The message names folders of the host, which are none of a stranger's business.
        said = "The map cannot be read; whoever serves it finds the reason in the dashboard."
        raise HTTPException(503, said) from error


def _root(request: Request) -> str:
    """The path under which the dashboard is served."""
    path = str(request.scope.get("root_path", ""))
    return re.sub(rf"/{ROOT}$", "", path)


def _problem(_: Request, error: Exception) -> JSONResponse:
    failed: PlainHTTPException = error  # type: ignore[assignment]
    title = _TITLES.get(failed.status_code, "Problem")
    problem = Problem(title=title, status=failed.status_code, detail=str(failed.detail))
    return JSONResponse(
        problem.model_dump(),
        status_code=failed.status_code,
        headers=failed.headers,
        media_type=_PROBLEM,
    )


def _misunderstood(request: Request, error: Exception) -> JSONResponse:
    said = [
        f"{'.'.join(str(part) for part in each['loc'][1:2])}: {each['msg']}"
        for each in error.errors()  # type: ignore[attr-defined]
    ]
    return _problem(request, HTTPException(422, "; ".join(said)))
