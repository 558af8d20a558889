"""Code lists over HTTP: for every token, in the reader's language, and kept by the reader."""

from __future__ import annotations

from shared.auth import Role
from tests.support.clients import Service
from tests.support.people import household, member

PATH = "/v1/registry/code-lists"


async def test_every_token_may_read_them(registry: Service) -> None:
    statuses = {(await registry.get(path, role=role)).status_code for role in Role for path in (PATH, f"{PATH}/ethnic")}
    assert statuses == {200}


async def test_nobody_without_a_token(registry: Service) -> None:
    assert (await registry.http.get(PATH)).status_code == 401


async def test_labels_follow_accept_language_and_each_language_has_its_tag(registry: Service) -> None:
    zh = await registry.get(f"{PATH}/ethnic", headers={"accept-language": "zh-CN,zh;q=0.9"})
    en = await registry.get(f"{PATH}/ethnic")
    assert zh.json()["codes"][8] == {"code": "09", "label": "布依族"}
    assert en.json()["codes"][8] == {"code": "09", "label": "Buyei"}
    assert (en.json()["standard"], en.json()["edition"]) == ("GB/T 3304", "1991")
    assert zh.headers["etag"] != en.headers["etag"]
    assert (zh.headers["vary"], zh.headers["content-language"]) == ("accept-language", "zh")
    again = await registry.get(f"{PATH}/ethnic", headers={"if-none-match": en.headers["etag"]})
    other = await registry.get(f"{PATH}/ethnic", headers={"if-none-match": zh.headers["etag"]})
    assert (again.status_code, other.status_code) == (304, 200)


async def test_the_list_of_lists_leads_to_each(registry: Service) -> None:
    rows = (await registry.get(PATH)).json()
    for row in rows:
        view = (await registry.get(f"{PATH}/{row['name']}")).json()
        assert len(view["codes"]) == row["codes"] > 0
    assert (await registry.get(f"{PATH}/unheard-of")).status_code == 404


async def test_a_settling_refuses_codes_that_a_list_lacks_and_says_which(estate: Service) -> None:
    wrong = member("98", profile={"ethnic": "59", "marital": "11"}, health={"status": "99"})
    answer = await estate.post("/v1/registry/households", household(wrong))
    assert answer.status_code == 422
    found = {error["pointer"]: (error["code"], error["detail"]) for error in answer.json()["errors"]}
    assert {pointer: code for pointer, (code, _) in found.items()} == {
        "/members/0/relation": "relation-unknown",
        "/members/0/facts/profile/ethnic": "ethnic-unknown",
        "/members/0/facts/profile/marital": "marital-unknown",
        "/members/0/facts/health/status": "health-unknown",
    }
    assert "GB/T 3304" in found["/members/0/facts/profile/ethnic"][1]
