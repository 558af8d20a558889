"""The columns of a plan of dwellings."""

from __future__ import annotations

from shared.imports.fields import Field, Shape

DWELLINGS = Shape(
    fields=(
        Field(
            "community", "安置点", ("安置社区", "安置小区", "社区", "社区名称", "安置点名称", "小区名称"), needed=True
        ),
        Field("code", "区划代码", ("社区代码", "行政区划代码", "区划编码", "社区编码", "12位区划代码")),
        Field("estate", "期", ("期数", "分期", "小区", "片区", "区")),
        Field("block", "楼栋", ("楼栋号", "栋号", "栋", "楼号", "幢号", "幢", "楼幢"), needed=True),
        Field("unit", "单元", ("单元号", "所属单元"), needed=True),
        Field("floor", "楼层", ("层", "层数", "所在楼层", "层号")),
        Field("flat", "房号", ("房间号", "室号", "室", "门牌号", "房屋号", "户号"), needed=True),
        Field("lon", "经度", ("东经", "楼栋经度", "经度坐标")),
        Field("lat", "纬度", ("北纬", "楼栋纬度", "纬度坐标")),
        Field("area", "面积", ("建筑面积", "住房面积", "房屋面积", "面积㎡", "面积平方米")),
    ),
    rows_have=("flat", "block"),
)
"""房屋名册. `code` is needed where the community is new; without `floor` it is read off the flat's number (1203: 12).
`lon` and `lat` are of the block, in degrees of CGCS2000."""
