"""The forms that come with the platform (domain reference §11.3): those that are filled with what the registry has; pure data.

Not here: incidents and their reminders (F-G1, F-G2) hold nothing of the registry; agreements on flats and land and residence permits
(F-L1, F-L2, F-R1) need a purpose that the registry has none of yet. What the employment service may not read (ID number, telephone: it has
no unmasked access) stands in none of its forms: it asks the person itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.registry.forms.domain import Each, Form, FormField, FormGroup, Subject
from services.registry.persons.domain import Purpose

_WHO = ("确认申请人身份", "person.name person.id_number person.sex")
_BORN = ("计算年龄与缴费年限", "person.birth_on")
_REACH = ("联系申请人、送达文书", "person.phone")
_LIVES = (
    "确定受理地点、送达文书",
    "household.community_name household.block household.unit household.flat",
)
_HUKOU = ("确定转出、转入关系", "person.hukou.division")

_HEAD = ("确认申请家庭", "head.name head.id_number")
_HEAD_NAME = ("确认申请家庭", "head.name")
_CALL_HEAD = ("联系申请家庭、送达文书", "head.phone")
_FAMILY = (
    "核定共同生活的家庭成员",
    "household.size household.settled_on household.moved_from_division head.hukou.division",
)
_STANDING = ("避免重复享受、确定发放地", "household.dibao.receiving household.registered_poor")
_MEMBER = ("核定共同生活的家庭成员", "person.name person.id_number person.relation person.sex person.birth_on")
_KIN = ("核定赡养、抚养关系", "person.profile.marital")
_ABLE = ("核定劳动能力与收入", "person.labour_class person.work.status person.health.status")
_DISABLED = ("核定劳动能力与重残增发", "person.disability.disabled person.disability.kind person.disability.grade")
_SCHOOL = ("核定在学人员", "person.schooling.state")
_COVER = ("核定收入与资助参保", "person.insurance.170.state person.insurance.390.state")
_LAND = ("核定家庭财产与经营收入", "parcel.kind parcel.area_mu parcel.village")

_JOB_WHO = ("确认求职人员", "person.name person.sex household.community_name")
_JOB = ("认定就业状况", "person.labour_class person.work.status")
_HARD = ("认定就业困难、零就业家庭", "household.registered_poor household.dibao.receiving household.without_work")

Asked = tuple[str, str]
"""Why, and for which paths."""


def _insurance(scheme: str) -> Asked:
    paths = " ".join(f"person.insurance.{scheme}.{part}" for part in ("state", "division", "since"))
    return "核定参保关系", paths


def _fields(asked: tuple[Asked, ...]) -> tuple[FormField, ...]:
    """Keys are the paths, with underscores; labels those of the catalogue."""
    return tuple(
        FormField(path.removeprefix("person.").replace(".", "_"), path, "", "", why)
        for why, paths in asked
        for path in paths.split()
    )


_PENSION, _MEDICAL, _TWO = (
    ("PIPL-13-1-3", "SIL-19", "Order765-12"),
    ("PIPL-13-1-3", "SIL-32", "Order765-13"),
    ("PIPL-13-1-3", "SIL-19", "SIL-74"),
)
_DIBAO, _PAID = ("PIPL-13-1-3", "SA-11", "SA-58"), ("PIPL-13-1-3", "SA-12", "SA-13")
_WORK = ("PIPL-13-1-1", "EPL-52", "EPL-56")


def _person(code: str, agency: str, purpose: Purpose, laws: tuple[str, ...], zh: str, en: str, *asked: Asked) -> Form:
    return Form(code, 1, agency, "", zh, en, purpose, laws, Subject.PERSON, _fields(asked))


def _household(code: str, laws: tuple[str, ...], zh: str, en: str, *asked: Asked, **groups: tuple[Asked, ...]) -> Form:
    titles = {Each.MEMBERS: ("家庭成员", "Members"), Each.PARCELS: ("承包地、林地、宅基地", "Land")}
    each = tuple(FormGroup(name, Each(name), *titles[Each(name)], _fields(held)) for name, held in groups.items())
    return Form(
        code, 1, "civil-affairs", "", zh, en, Purpose.DIBAO_REVIEW, laws, Subject.HOUSEHOLD, _fields(asked), each
    )


_SI, _MI, _T, _E = "social-insurance", "medical-insurance", Purpose.TRANSFER, Purpose.EMPLOYMENT

STANDARD: Mapping[str, Form] = {
    form.code: form
    for form in (
        _person(
            "F-P1",
            _SI,
            _T,
            _PENSION,
            "基本养老保险参保缴费凭证",
            "Certificate of pension contributions",
            _WHO,
            _insurance("110"),
        ),
        _person(
            *("F-P2", _SI, _T, _PENSION, "基本养老保险关系转移接续申请表", "Application to move a pension relation"),
            *(_WHO, _BORN, _REACH, _LIVES, _HUKOU, _insurance("110")),
        ),
        _person(
            "F-P3",
            _SI,
            _T,
            _PENSION,
            "基本养老保险关系转移接续联系函",
            "Letter on moving a pension relation",
            _WHO,
            _HUKOU,
            _insurance("110"),
        ),
        _person(
            "F-P4",
            _SI,
            _T,
            _PENSION,
            "基本养老保险关系转移接续信息表",
            "Information sheet of a pension relation",
            _WHO,
            _BORN,
            _insurance("110"),
        ),
        _person(
            *("F-P5", _SI, _T, _TWO, "城乡养老保险制度衔接申请表 / 联系函", "Application to join pension schemes"),
            *(_WHO, _BORN, _REACH, _LIVES, _HUKOU, _insurance("110"), _insurance("170")),
        ),
        _person(
            "F-P6",
            _SI,
            _T,
            _TWO,
            "城乡居民基本养老保险信息表",
            "Information sheet of a residents' pension",
            _WHO,
            _BORN,
            _insurance("170"),
        ),
        _person(
            *("F-P7", _SI, _T, _TWO, "城乡居民基本养老保险关系转移接续申请表 / 接收函"),
            "Application to move a residents' pension [M]",
            *(_WHO, _BORN, _REACH, _LIVES, _HUKOU, _insurance("170")),
        ),
        _person(
            "F-M1",
            _MI,
            _T,
            _MEDICAL,
            "基本医疗保险参保凭证",
            "Certificate of medical insurance",
            _WHO,
            _insurance("310"),
            _insurance("390"),
        ),
        _person(
            *("F-M2", _MI, _T, _MEDICAL, "基本医疗保险关系转移接续申请表", "Application to move a medical insurance"),
            *(_WHO, _REACH, _LIVES, _HUKOU, _insurance("310"), _insurance("390")),
        ),
        _person(
            "F-M3",
            _MI,
            _T,
            _MEDICAL,
            "基本医疗保险关系转移接续联系函",
            "Letter on moving a medical insurance",
            _WHO,
            _insurance("310"),
            _insurance("390"),
        ),
        _person(
            "F-M4",
            _MI,
            _T,
            _MEDICAL,
            "参保人员基本医疗保险信息表",
            "Information sheet of a medical insurance",
            _WHO,
            _BORN,
            _insurance("310"),
            _insurance("390"),
        ),
        _household(
            *("F-D1", _DIBAO, "最低生活保障申请书 / 审批表", "Application for dibao"),
            *(_HEAD, _CALL_HEAD, _LIVES, _FAMILY, _STANDING),
            members=(_MEMBER, _KIN, _ABLE, _DISABLED, _SCHOOL, _COVER),
            parcels=(_LAND,),
        ),
        _household(
            "F-D2",
            _DIBAO,
            "受理通知书；一次性告知书",
            "Notice of acceptance, or of all that is missing",
            _HEAD_NAME,
            _CALL_HEAD,
            _LIVES,
        ),
        _household(
            *("F-D3", _DIBAO, "入户调查表；邻里访问记录；民主评议记录", "Record of the household survey"),
            *(_HEAD_NAME, _CALL_HEAD, _LIVES, _FAMILY, _STANDING),
            members=(
                ("核定共同生活的家庭成员", "person.name person.relation person.birth_on"),
                _ABLE,
                _DISABLED,
                _SCHOOL,
            ),
            parcels=(_LAND,),
        ),
        # What is posted: the head's name, to the building at most, no number (SA-61; domain reference §8.2).
        _household(
            "F-D4",
            _DIBAO,
            "公示（拟确认名单）",
            "Public posting",
            _HEAD_NAME,
            ("公示", "household.community_name household.block"),
        ),
        _household(
            "F-D5",
            _DIBAO,
            "最低生活保障证 / 确认通知书；不予确认告知书",
            "Certificate or notice of refusal",
            _HEAD,
            _LIVES,
            ("核定保障人口", "household.size"),
        ),
        _household(
            "F-D6",
            _PAID,
            "增发、减发、停发决定书",
            "Decision to raise, lower or stop",
            _HEAD,
            _LIVES,
            ("核对现行待遇", "household.dibao.receiving household.dibao.household_class"),
        ),
        _person(
            "F-J1",
            "employment",
            _E,
            _WORK,
            "就业失业登记；就业困难人员认定表；零就业家庭认定表",
            "Registration of work and hardship",
            _JOB_WHO,
            _JOB,
            _HARD,
        ),
        _person(
            "F-J2", "employment", _E, _WORK, "公益性岗位申报表", "Application for a public post", _JOB_WHO, _JOB, _HARD
        ),
    )
}
