"""Of what there is an alarm. Pure."""

from __future__ import annotations

from enum import StrEnum


class AlarmKind(StrEnum):
    """What cannot be right."""

    TWO_HUKOU = "two-hukou"
    """Entered in two hukou households. 户口登记条例 art. 6: nobody is registered in more than one place."""
    TWO_DIBAO = "two-dibao"
    """Counted in two households that both draw dibao. 社会救助暂行办法 art. 9: it goes to the family who live together, and one person is
    of one; art. 68: what was drawn by a false statement is paid back. Whether one was false is for people to find out."""


class Ground(StrEnum):
    """How the registry knows."""

    MEMBER = "member"
    """The person is a member of both."""
    DUPLICATE = "duplicate"
    """Two records that may be of one person (see duplicates), and that nobody has decided on."""
    MERGED = "merged"
    """Two records were merged, and the household of the one that went still draws as it did before."""
