"""Everything that the registry can answer to a form: a closed list of paths; pure data.

A path names whose it is (`person`, `household`, `parcel`; `head` is the person who heads the household) and what. `group` is what
`sight` decides on, `part` where in the group the value stands, `authority` who answers for it in the county [D]. The community's staff
keep what is recorded here; who decides a correction is said by `changes.domain.owner_of`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from services.registry.codes.domain import CodeList, Label
from services.registry.codes.lists import CODE_LISTS

Whose = Literal["person", "head", "household", "parcel"]
Kind = Literal["text", "date", "number", "bool", "code", "codes", "division", "relations"]

AUTHORITIES: Mapping[str, Label] = {
    "police": Label("公安机关", "police"),
    "community": Label("社区", "community"),
    "resettlement": Label("移民搬迁部门", "resettlement office"),
    "civil-affairs": Label("民政部门", "civil affairs"),
    "social-insurance": Label("社会保险经办机构", "social insurance agency"),
    "medical-insurance": Label("医疗保障经办机构", "medical insurance agency"),
    "employment": Label("公共就业服务机构", "public employment service"),
    "education": Label("教育部门", "education"),
    "health": Label("卫生健康部门", "health"),
    "disability": Label("残疾人联合会", "disabled persons' federation"),
    "agriculture": Label("农业农村部门", "agriculture"),
}


@dataclass(frozen=True, eq=False)
class Path:
    """A field that the registry can answer."""

    path: str
    group: str
    part: str
    kind: Kind
    codes: CodeList | None
    authority: str
    label: Label

    @cached_property
    def of(self) -> str:
        """person, household or parcel."""
        return self.path.partition(".")[0]

    @cached_property
    def fact(self) -> str:
        """Its name in the history. Sex and day of birth follow from the ID number, and are kept together."""
        return _FACTS.get(self.group, self.group)

    @cached_property
    def by_events(self) -> str | None:
        """The fact that counts before what is stated, where events come to one (`sight.with_marital`)."""
        return "marital" if (self.of, self.group, self.part) == ("person", "profile", "marital") else None

    @cached_property
    def asked_as(self) -> str | None:
        """The field of a change request by which it is corrected; None: `changed_by` says how."""
        if self.of == "household":
            return f"household:{self.group}" if self.group not in _ROUTES else None
        if self.of != "person" or self.group == "relation":
            return None
        return "id_number" if self.fact == "birth" else self.group

    @cached_property
    def confirmed_as(self) -> str | None:
        """The name under which somebody says that it is right; None: nobody does."""
        if self.asked_as is None or self.of == "household":
            return self.asked_as
        return self.fact

    @cached_property
    def whole(self) -> bool:
        """Is it corrected as a whole, since one part alone does not say which entry of a list is meant?"""
        return self.kind in ("relations", "codes") or self.group.startswith("insurance:")

    @cached_property
    def changed_by(self) -> str | None:
        """The route that changes what no change request does."""
        return None if self.asked_as else _ROUTES.get(self.group) or _ROUTES[self.of]


_FACTS = {"sex": "birth", "birth_on": "birth", "certificate_no": "right"}
_ROUTES = {
    "address": "PUT /v1/registry/households/{household_id}/flat",
    "relation": "POST /v1/registry/households/{household_id}/life-events",
    "size": "POST /v1/registry/households/{household_id}/life-events",
    "settled_on": "POST /v1/registry/life-events/{event_id}/withdrawal",
    "without_work": "POST /v1/jobs/employments",
    "parcel": "PATCH /v1/registry/land/parcels/{parcel_id}",
}

# path, where it stands if not by its name, kind and code list, authority, labels
_ROWS = """
person.name                       -            text                 police        姓名 name
person.id_number                  -            text                 police        公民身份号码 ID number
person.sex                        -            code:sex             police        性别 sex
person.birth_on                   -            date                 police        出生日期 day of birth
person.phone                      -            text                 community     联系电话 telephone
person.relation                   -            code:relation        community     与户主关系 relation to the head
person.hukou.division             -            division             police        户籍地区划 division of the hukou
person.hukou.moved                -            bool                 police        户籍是否迁入 hukou moved here
person.hukou.moved_on             -            date                 police        户籍迁入日期 day on which the hukou moved
person.residence_document         -            code:residence-document police        居住证件 residence document
person.collective.division        -            division             agriculture   所属集体区划 division of the collective
person.collective.organisation    -            text                 agriculture   所属集体经济组织 collective organisation
person.organised_transfer         -            bool                 employment    有组织劳务输出 sent out for work by the county
person.labour_class               -            code:labour-class    community     劳动能力 class of labour
person.work.status                -            text                 employment    就业状态 work
person.work.form                  -            text                 employment    就业形式 form of work
person.work.division              -            division             employment    就业地区划 division of the work
person.profile.ethnic             -            code:ethnic          police        民族 ethnic group
person.profile.education          -            code:education       community     文化程度 education
person.profile.political          -            code:political       community     政治面貌 political status
person.profile.marital            -            code:marital         civil-affairs 婚姻状况 marital status
person.health.status              -            code:health          health        健康状况 state of health
person.disability.disabled        -            bool                 disability    是否残疾 disabled
person.disability.kind            -            code:disability-kind disability    残疾类别 kind of disability
person.disability.grade           -            code:disability-grade disability    残疾等级 grade of disability
person.disability.certified_on    -            date                 disability    残疾证发证日期 day of the certificate
person.schooling.state            -            code:enrolment       education     就学状态 state of schooling
person.schooling.stage            -            code:school-stage    education     就读阶段 stage of schooling
person.schooling.school           -            text                 education     就读学校 school
person.schooling.grade            -            number               education     年级 grade
person.medical_care.family_doctor.institution - text health 家庭医生签约机构 clinic of the family doctor
person.tags                       -            codes                community     重点关注类别 groups kept in view
household.community               address.community_code division             community     安置社区区划 division of the community
household.community_name          address.community_name text                 community     安置社区 community
household.estate                  address.estate text                 community     小区 estate
household.block                   address.block text                 community     楼栋 block
household.unit                    address.unit text                 community     单元 unit
household.flat                    address.flat text                 community     房号 flat
household.settled_on              -            date                 resettlement  入住日期 day of moving in
household.size                    -            number               community     共同生活人口数 people living together
household.without_work            -            bool                 employment    零就业家庭 household without work
household.moved_from_division     -            division             resettlement  迁出地区划 division moved from
household.move_batch              -            code:move-batch      resettlement  搬迁批次 batch of the move
household.registered_poor         -            bool                 agriculture   建档立卡户 registered poor
household.monitored.kind          -            code:monitored       agriculture   监测对象类别 kind of monitoring
household.monitored.since         -            date                 agriculture   纳入监测日期 monitored since
household.dibao.receiving         -            bool                 civil-affairs 是否享受低保 draws dibao
household.dibao.household_class   -            text                 civil-affairs 低保类别 class of dibao
household.dibao.division          -            division             civil-affairs 低保发放地区划 division that pays dibao
parcel.kind                       right.kind   code:land-kind       agriculture   地类 kind of land
parcel.certificate_no             -            text                 agriculture   权证编号 number of the certificate
parcel.village                    right.village division             agriculture   所在村区划 division of the village
parcel.area_mu                    right.area_mu text                 agriculture   面积（亩） area in mu
parcel.grade                      right.grade  code:land-grade      agriculture   等级 grade
parcel.term_to                    right.term_to date                 agriculture   承包期止 last day of the contract term
parcel.share                      holders.share text                 agriculture   所占份额 share held
"""

_SCHEMES = {
    "110": ("企业职工基本养老保险", "employees' pension"),
    "170": ("城乡居民基本养老保险", "residents' pension"),
    "210": ("失业保险", "unemployment insurance"),
    "310": ("职工基本医疗保险", "employees' medical insurance"),
    "390": ("城乡居民基本医疗保险", "residents' medical insurance"),
    "410": ("工伤保险", "work injury insurance"),
    "510": ("生育保险", "maternity insurance"),
}
_OF_RELATION: tuple[tuple[str, Kind, str, str], ...] = (
    ("state", "text", "参保状态", "state"),
    ("division", "division", "参保地区划", "division"),
    ("since", "date", "参保起始日期", "first day of cover"),
    ("arrears", "bool", "是否欠费", "in arrears"),
    ("employer_kind", "text", "单位性质", "kind of employer"),
)
_MEDICAL = ("310", "390", "510")


def _rows() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for line in _ROWS.strip().splitlines():
        path, where, shape, authority, zh, en = line.split(maxsplit=5)
        group, _, part = (path.partition(".")[2] if where == "-" else where).partition(".")
        kind, _, codes = shape.partition(":")
        held = CODE_LISTS[codes] if codes else None
        found[path] = Path(path, group, part, kind, held, authority, Label(zh, en))  # type: ignore[arg-type]
    for scheme, (zh, en) in _SCHEMES.items():
        authority = "medical-insurance" if scheme in _MEDICAL else "social-insurance"
        group = f"insurance:{scheme}"
        whole = f"person.insurance.{scheme}"
        found[whole] = Path(whole, group, "", "relations", None, authority, Label(f"{zh}参保关系", f"{en}: relations"))
        for part, kind, part_zh, part_en in _OF_RELATION:
            path = f"{whole}.{part}"
            label = Label(zh + part_zh, f"{en}: {part_en}")
            found[path] = Path(path, group, part, kind, None, authority, label)
    return found


PATHS: Mapping[str, Path] = _rows()


def resolve(path: str) -> tuple[Whose, Path] | None:
    """Whose field it is, and what. `head.…` is any field of a person, of the head. None: the registry has no such field."""
    whose, _, rest = path.partition(".")
    found = PATHS.get(f"person.{rest}" if whose == "head" else path)
    if found is None or (whose == "head" and found.group == "relation"):
        return None
    return whose, found  # type: ignore[return-value]


# Values

_ORDER = {"paying": 0, "drawing": 1, "retired": 2, "paused": 3, "ended": 4}
_NOT_APPLICABLE: Mapping[str, tuple[str, tuple[Any, ...], tuple[str, ...]]] = {
    "hukou": ("moved", (False,), ("moved_on",)),
    "disability": ("disabled", (False,), ("kind", "grade", "certified_on")),
    "dibao": ("receiving", (False,), ("household_class", "division")),
    "work": ("status", ("none",), ("form", "division")),
    "schooling": ("state", ("not-yet", "graduated", "dropped-out"), ("stage", "school", "grade")),
    "right": ("kind", ("homestead",), ("grade", "term_to")),
    "holders": ("share", (None,), ("share",)),
}
"""By group: where this part has one of these values, those parts say nothing, and nobody is to be asked for them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A value. `known` with None: it is known that there is none."""

    value: Any
    known: bool


MISSING = Answer(None, False)


def pick(path: Path, group: Any) -> Answer:
    """The value that stands in a group of facts for this path. Of several insurance relations in one scheme, of the one in force: paying
    before drawing, retired, paused, ended; among equals the latest. Of several employments, as jobs tells them, of the first."""
    if group is None:
        return MISSING
    if path.kind in ("relations", "codes") or not path.part:
        return Answer(group, True)
    if path.group.startswith("insurance:"):
        if not group:
            return Answer("none" if path.part == "state" else None, True)
        latest = sorted(group, key=lambda each: each.get("since") or "", reverse=True)
        group = min(latest, key=lambda each: _ORDER[each["state"]])
    if path.group == "work" and group.get("employments"):
        group = {**group["employments"][0], "status": group["status"]}
    value = group
    for part in path.part.split("."):
        value = value.get(part) if value else None
    if value is None and path.group in _NOT_APPLICABLE:
        on, values, parts = _NOT_APPLICABLE[path.group]
        return Answer(None, path.part in parts and group.get(on) in values)
    return Answer(value, value is not None)


def decided_by(path: Path) -> str | None:
    """The path that must be known before this one can be asked for: of whom it is not known whether it is disabled, no grade is asked."""
    on, _, parts = _NOT_APPLICABLE.get(path.group, ("", (), ()))
    return f"{path.path.removesuffix(path.part)}{on}" if path.part in parts and path.part != on else None


def put(path: Path, group: Any, value: Any) -> Any:
    """The group of facts with another value for this path."""
    if path.whole or not path.part:
        return value
    head, _, rest = path.part.partition(".")
    before = dict(group or {})
    return before | {head: {**(before.get(head) or {}), rest: value} if rest else value}
