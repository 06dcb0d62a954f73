"""A notice of incoming transfers (振込入金通知, format A) written by hand, byte for byte after the published layout."""

from datetime import date

DAY = date(2026, 11, 9)
OUR_ACCOUNT = ("0001", "001", "1", "7654321")


def _era(day: date) -> str:
    return f"{day.year - 2018:02d}{day:%m%d}"


def row(
    number: int, amount_minor: int, kana: str, *, on: date = DAY, code: str = "", edi: str = "", canceled=False
) -> str:
    """:param number: 照会番号"""
    record = (
        f"2{number:06d}{_era(on)}{_era(on)}{amount_minor:010d}{0:010d}{code.zfill(10)}" + kana.ljust(48)
        + "ﾐﾂﾋﾞｼUFJ".ljust(15) + "ﾏﾙﾉｳﾁ".ljust(15) + ("1" if canceled else " ") + edi.ljust(20) + " " * 52
    )  # fmt: skip
    assert len(record) == 200
    return record


def notice(*rows: str, account: tuple[str, str, str, str] = OUR_ACCOUNT, on: date = DAY) -> bytes:
    bank, branch, kind, number = account
    header = (
        f"1010{_era(on)}{_era(on)}{_era(on)}{bank}" + "ﾐｽﾞﾎ".ljust(15) + branch + "ﾄｳｷﾖｳ".ljust(15) + kind
        + number.zfill(7) + "ﾄﾓｼﾋﾞﾃﾞﾝﾘﾖｸ(ｶ".ljust(40) + " " * 93
    )  # fmt: skip
    came, undone = ([int(one[19:29]) for one in rows if (one[127] == "1") == is_undone] for is_undone in (False, True))
    trailer = f"8{len(came):06d}{sum(came):012d}{len(undone):06d}{sum(undone):012d}".ljust(200)
    return "".join(line + "\r\n" for line in (header, *rows, trailer, "9".ljust(200))).encode("cp932")
