"""Writes of the room."""

from tomoshibi.groups.operations.founding import (
    GroupMove,
    NoSuchGroup,
    NotFit,
    SecondBenchmark,
    TypeUnknown,
    activate_group,
    check_benchmark,
    found_group,
    hang_reference_meter,
)
from tomoshibi.groups.operations.points import (
    NoSuchPlace,
    NoSuchPoint,
    NothingChanged,
    NotPlaced,
    add_points,
    complete_point,
    edit_point,
    remove_points,
)
from tomoshibi.groups.operations.settings import (
    RuleOutOfRange,
    TypeInUse,
    TypeTerms,
    delete_device_type,
    save_device_type,
    set_parameter,
)
from tomoshibi.groups.operations.splitting import PartsDoNotFit, plan_split, split_group

__all__ = [
    "GroupMove",
    "NoSuchGroup",
    "NoSuchPlace",
    "NoSuchPoint",
    "NotFit",
    "NotPlaced",
    "NothingChanged",
    "PartsDoNotFit",
    "RuleOutOfRange",
    "SecondBenchmark",
    "TypeInUse",
    "TypeTerms",
    "TypeUnknown",
    "activate_group",
    "add_points",
    "check_benchmark",
    "complete_point",
    "delete_device_type",
    "edit_point",
    "found_group",
    "hang_reference_meter",
    "plan_split",
    "remove_points",
    "save_device_type",
    "set_parameter",
    "split_group",
]
