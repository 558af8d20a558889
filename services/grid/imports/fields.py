"""The columns of a file of cells."""

from __future__ import annotations

from shared.imports.fields import Field, Shape

CELLS = Shape(
    fields=(
        Field(
            "community",
            "安置点",
            (
                "安置社区",
                "安置小区",
                "社区",
                "所属社区",
                "社区名称",
                "安置点名称",
                "所属安置点",
                "社区代码",
                "小区名称",
            ),
            needed=True,
        ),
        Field(
            "code",
            "网格编码",
            ("网格代码", "网格号", "网格编号", "所属网格编码", "网格唯一编码", "微网格编码"),
            needed=True,
            digits=True,
        ),
        Field("name", "网格名称", ("网格", "网格名", "所属网格", "微网格名称")),
        Field("estate", "期", ("期数", "分期", "小区", "片区", "区")),
        Field("block", "楼栋", ("楼栋号", "栋号", "栋", "楼号", "幢号", "幢", "楼幢"), needed=True),
        Field("unit", "单元", ("单元号", "所属单元"), needed=True),
        Field("head", "楼长账号", ("楼长", "楼栋长", "楼长工号", "网格员账号", "网格员", "网格长账号", "负责人账号")),
    ),
    rows_have=("code", "block", "unit"),
)
"""网格划分表: a row is one unit of one cell. 安置点, 网格编码, 期 and 楼栋 blank below a row that says them: the same as above. 网格名称
and 楼长账号 need to stand in one row of the cell."""
