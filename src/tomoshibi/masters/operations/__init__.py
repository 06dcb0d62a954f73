"""Writes of the masters: shipped data, imports, and changes that two people make."""

from tomoshibi.masters.operations.banks import propose_bank_renewal
from tomoshibi.masters.operations.changes import (
    AlreadyDecided,
    ChangeRefused,
    OnlyOwn,
    approve_change,
    propose_change,
    reject_change,
    withdraw_change,
)
from tomoshibi.masters.operations.loading import (
    NoReadingRule,
    generate_reading_days,
    import_banks,
    import_chinese_workdays,
    load_chinese,
    load_shipped,
    put_rows,
)
from tomoshibi.masters.operations.spot import (
    NothingNew,
    approve_spot,
    import_spot,
    reject_spot,
    set_spot_market,
    take_spot_day,
)
from tomoshibi.masters.sheets import BadSheet

__all__ = [
    "AlreadyDecided",
    "BadSheet",
    "ChangeRefused",
    "NoReadingRule",
    "NothingNew",
    "OnlyOwn",
    "approve_change",
    "approve_spot",
    "generate_reading_days",
    "import_banks",
    "import_chinese_workdays",
    "import_spot",
    "load_chinese",
    "load_shipped",
    "propose_bank_renewal",
    "propose_change",
    "put_rows",
    "reject_change",
    "reject_spot",
    "set_spot_market",
    "take_spot_day",
    "withdraw_change",
]
