"""What the registry has against a row of a roster, in words. Pure."""

from __future__ import annotations

HELD = "head-held-back"

TEXTS: dict[str, tuple[str, str]] = {
    "community-unknown": (
        "no community of this name: write its name as it was registered, or its 12-digit code",
        "没有此名称的安置点：请按登记名称填写，或填写 12 位区划代码",
    ),
    "community-ambiguous": (
        "several communities have this name: write the 12-digit code",
        "有多个同名安置点：请填写 12 位区划代码",
    ),
    "block-unknown": ("the community has no such block", "该安置点没有此楼栋，请核对房屋名册"),
    "unit-unknown": ("the block has no such unit", "该楼栋没有此单元，请核对房屋名册"),
    "flat-unknown": ("the unit has no such flat", "该单元没有此房号，请核对房屋名册"),
    "flat-taken": (
        "another household lives in this flat: look at the flat, or record first that the other has left it",
        "该房屋已有其他住户：请核对房号，或先登记原住户迁出",
    ),
    "flat-repeated": (
        "this flat has a head in {en}: a household has one head, or its flat is another",
        "该房屋在{zh}已有户主：一户只能有一名户主，请核对房号",
    ),
    "head-number-differs": (
        "the registry has the head of this flat's household, of the same name, by another ID number: correct the number in the file;"
        " where the registry's is wrong, ask for its change (change-requests)",
        "登记库中该房屋的户主与此同名而身份证号不同：请更正表中号码；如登记库号码有误，请提交更正申请",
    ),
    "head-gone": (
        "the head of the household that lives in this flat has died or left: mark as head (户主) someone who is a member of it already",
        "该房屋现住户的原户主已去世或离开：请将该户现有成员中的一人填为“户主”",
    ),
    "other-household": (
        "the household that lives in this flat has another head",
        "该房屋现住户的户主为另一人",
    ),
    "flat-reserved": (
        "the flat is reserved: settle the household by its reservation, or cancel that first",
        "该房屋已预留：请凭预留编号逐户办理入住，或先取消预留",
    ),
    "flat-taken-then": ("another household still lived in this flat that day", "当日该房屋仍有其他住户"),
    "head-missing": (
        "nobody of this flat is marked as head (户主), and nobody lives there yet",
        "该房屋尚无住户，且本表中没有户主：请将其中一人的与户主关系填为“户主”",
    ),
    "head-differs": (
        "the registry has another head for this household",
        "登记库中该户户主为另一人",
    ),
    "head-demoted": (
        "the registry has this person as the head of the household: a roster does not change who is",
        "登记库中该人员为户主；名册不能变更户主",
    ),
    HELD: (
        "left out because the head's row ({en}) is not in order: correct it and upload again",
        "因户主所在行（{zh}）有误，本行暂未登记：请更正户主行后重新上传",
    ),
    "born-after-settling": ("the head was born after this day", "入住日期早于户主出生日期"),
    "settled-on-differs": (
        "the household moved in on another day; a roster does not change that: take the settling back and settle it anew",
        "该户登记的入住日期与此不同；名册不能更改入住日期，请撤销登记后重新办理",
    ),
    "registered-elsewhere": (
        "this ID number is registered outside your place: ask the county",
        "该身份证号已在您管辖范围以外登记，请联系县级部门",
    ),
    "already-settled": (
        "the registry has this person living in another flat: a roster moves nobody, record the move",
        "该人员已登记在其他住房；名册不能办理搬迁，请登记换房或迁出",
    ),
    "name-differs": (
        "the registry knows this ID number by another name",
        "该身份证号在登记库中对应另一姓名",
    ),
    "deceased": ("the registry has this person as deceased", "该人员已登记为死亡"),
    "moved-out": (
        "the registry has this person as moved out after this household moved in: let the person join it by a life event, with its day",
        "登记库中该人员在本户入住日期之后迁出；如已返回，请办理加入住户并填写日期",
    ),
    "possible-duplicate": (
        "look at it: the registry has somebody of the same name, with the same origin and birth or the same telephone",
        "请核对：登记库中有同名且出生日期、来源地或电话相同的人员",
    ),
    "merged": (
        "is the ID number of a record that was merged into another: use the other's",
        "该身份证号属于已合并的登记记录，请使用合并后人员的号码",
    ),
    "work-belongs-to-jobs": (
        "jobs has recorded another employment: start or end employments there",
        "就业服务中已有不同的就业记录，请在就业服务中登记就业的开始或结束",
    ),
}
"""By code: English, Chinese; `{en}` and `{zh}` name the row that it is the fault of."""
