"""What a file is refused for as a whole: each with its reason and the next step."""

from __future__ import annotations

from typing import Any

from shared.errors import Invalid, TooLarge

_SAVE_AGAIN_EN = "Open it in a spreadsheet program, save it as Excel Workbook (.xlsx) and upload that."
_SAVE_AGAIN_ZH = "请用表格软件打开，另存为“Excel 工作簿 (*.xlsx)”后上传。"

REASONS: dict[str, tuple[str, str]] = {
    "empty": (
        "The file is empty. Fill in the table, save it and upload it again.",
        "文件是空的。请填好表格并保存后重新上传。",
    ),
    "xls": (
        f"This is a workbook of the old .xls format. {_SAVE_AGAIN_EN}",
        f"这是旧版 .xls 工作簿。{_SAVE_AGAIN_ZH}",
    ),
    "encrypted": (
        "The file is protected by a password. Take the password off (File, Info, Protect Workbook), save it and upload it again.",
        "文件设有密码。请取消密码（文件→信息→保护工作簿）并保存后重新上传。",
    ),
    "macros": (
        "The workbook holds macros. Save it as Excel Workbook (.xlsx) without macros and upload that.",
        "工作簿含有宏。请另存为不含宏的“Excel 工作簿 (*.xlsx)”后上传。",
    ),
    "damaged": (
        f"The file is damaged or not complete. Fetch or copy it again from where it came. {_SAVE_AGAIN_EN}",
        f"文件已损坏或不完整。请从原处重新获取。{_SAVE_AGAIN_ZH}",
    ),
    "unusual": (
        f"The workbook was written in an unusual way and cannot be read safely. {_SAVE_AGAIN_EN}",
        f"工作簿的写法不常见，无法安全读取。{_SAVE_AGAIN_ZH}",
    ),
    "zip-bomb": (
        "Unpacked, the workbook is far larger than a roster can be. Copy the rows into a new workbook, save it as .xlsx and upload that.",
        "工作簿解压后远大于名册应有的大小。请把各行复制到新工作簿，另存为 .xlsx 后上传。",
    ),
    "wrong-kind": (
        "This is {kind_en}, not a spreadsheet that can be read. Upload an Excel Workbook (.xlsx) or a CSV file.",
        "这是{kind_zh}，不是可读取的表格。请上传 Excel 工作簿（.xlsx）或 CSV 文件。",
    ),
    "encoding-unknown": (
        "The encoding of the text cannot be made out; line {line} is the first that cannot be read. Save the file as CSV UTF-8, or as"
        " .xlsx, and upload that.",
        "无法识别文本编码，第 {line} 行起无法读取。请另存为“CSV UTF-8”或 .xlsx 后上传。",
    ),
    "quote-open": (
        "A quotation mark that opens at line {line} swallows the lines after it. Take it away or close it there, or save the table as"
        " .xlsx, and upload that.",
        "第 {line} 行的引号未正确闭合，吞掉了其后的行。请删除或补全该引号，或另存为 .xlsx 后上传。",
    ),
    "too-many-rows": (
        "A sheet has more than {most} rows (or something stands far below the table). Delete what stands below, or split the table into"
        " several files, and upload again.",
        "有工作表超过 {most} 行（或表格下方很远处有内容）。请删除下方多余内容或拆分为多个文件后重新上传。",
    ),
    "too-many-columns": (
        "A sheet has more than {most} columns (or something stands far to the right of the table). Delete what is not needed and upload"
        " again.",
        "有工作表超过 {most} 列（或表格右侧很远处有内容）。请删除多余内容后重新上传。",
    ),
    "too-many-cells": (
        "A sheet spans more than {most} cells. Delete what is not needed, or split the table into several files, and upload again.",
        "有工作表超过 {most} 个单元格。请删除多余内容或拆分为多个文件后重新上传。",
    ),
    "columns-missing": (
        "Columns that are needed are missing: {missing_text}. Found: {found_text}. Add the columns (one header row above the rows) and"
        " upload again.",
        "缺少必需的列：{missing_text}。找到的列：{found_text}。请在数据上方的表头行补上这些列后重新上传。",
    ),
    "column-repeated": (
        "The header names a column more than once: {repeated_text}. Keep one of each, rename or delete the others, and upload again.",
        "表头中的列重复：{repeated_text}。请各保留一列，改名或删除其余列后重新上传。",
    ),
    "no-rows": (
        "There is a header, and no row below it. Fill in the rows, save the file and upload it again.",
        "表头下没有数据行。请填写后保存并重新上传。",
    ),
}
"""Reason to what is said of it, in English and in Chinese."""


class FileRefused(Invalid):
    """The file cannot be taken in at all. `reason`: one of REASONS; `parts`: what its texts name, told to the client as well."""

    slug = "file-refused"
    title_en, title_zh = "The file cannot be taken", "文件无法导入"

    def __init__(self, reason: str, **parts: Any) -> None:
        en, zh = REASONS[reason]
        self.reason = reason
        told = {name: value for name, value in parts.items() if not name.endswith(("_en", "_zh", "_text"))}
        super().__init__(en.format(**parts), zh.format(**parts), members={"reason": reason, **told})


class FileTooLarge(TooLarge):
    """More bytes than an upload may have."""

    slug = "file-too-large"
    title_en, title_zh = "The file is too large", "文件过大"

    def __init__(self, most_bytes: int) -> None:
        most = f"{most_bytes / 2**20:.3g}"
        super().__init__(
            f"A file may have {most} MiB. Take pictures and unused sheets out, or split it into several files, and upload again.",
            f"文件不得超过 {most} MiB。请删除图片和不用的工作表，或拆分为多个文件后重新上传。",
            members={"reason": "too-large", "most_bytes": most_bytes},
        )
