"""The grid's own knobs."""

from __future__ import annotations

from pydantic import Field

from shared.settings import Settings


class GridSettings(Settings):
    """Days are working days; cell sizes are households of a general grid (综合网格), and only warn."""

    grid_first_visit_working_days: int = Field(default=5, ge=1, le=250)
    grid_without_work_visit_working_days: int = Field(default=5, ge=1, le=250)
    grid_cell_min: int = Field(default=300, ge=0)
    grid_cell_max: int = Field(default=500, ge=1)

    @property
    def visit_working_days(self) -> dict[str, int]:
        """Within how many working days a visit is due, by its reason."""
        return {
            "first-visit": self.grid_first_visit_working_days,
            "without-work": self.grid_without_work_visit_working_days,
        }
