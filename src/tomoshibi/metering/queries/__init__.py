"""Reads of the room: confirmed values as frames, half-hours as matrices, files, and gaps."""

from tomoshibi.metering.queries.demand import (
    demand,
    demand_frame,
    demand_history,
    demand_versions,
    demands,
    lacking,
    qualifying_frame,
)
from tomoshibi.metering.queries.files import endpoints, file, file_rows, files, files_waiting, portal_files
from tomoshibi.metering.queries.gaps import (
    agreed,
    agreed_of_point,
    agreed_of_reading,
    gap,
    gap_counts,
    gaps,
    suggestions,
)
from tomoshibi.metering.queries.readings import (
    confirmed_frame,
    half_hour_blocks,
    half_hour_matrix,
    history_frame,
    load_curve,
    reading,
    readings_of_point,
    year_ago_frame,
)
from tomoshibi.metering.queries.registers import registers_frame

__all__ = [
    "agreed",
    "agreed_of_point",
    "agreed_of_reading",
    "confirmed_frame",
    "demand",
    "demand_frame",
    "demand_history",
    "demand_versions",
    "demands",
    "endpoints",
    "file",
    "file_rows",
    "files",
    "files_waiting",
    "gap",
    "gap_counts",
    "gaps",
    "half_hour_blocks",
    "half_hour_matrix",
    "history_frame",
    "lacking",
    "load_curve",
    "portal_files",
    "qualifying_frame",
    "reading",
    "readings_of_point",
    "registers_frame",
    "suggestions",
    "year_ago_frame",
]
