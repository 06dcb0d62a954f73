import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tomoshibi.gateways import zengin
from tomoshibi.gateways.zengin import layouts, reading

GOLDEN = Path(__file__).parents[1] / "golden"
NEAR = date(2026, 11, 20)
HEADER = zengin.DebitHeader(
    consignor_code="9876543210",
    consignor_name="トモシビデンリョク（カ",
    debit_on=date(2026, 11, 27),
    bank_code="0001",
    bank_name="ミズホ",
    branch_code="001",
    branch_name="トウキョウ",
    account_kind="1",
    account_number="1234567",
)


def debits(*rows: dict) -> pl.DataFrame:
    usual = {
        "bank_code": "0005",
        "bank_name": "ﾐﾂﾋﾞｼUFJ",
        "branch_code": "123",
        "branch_name": "ﾎﾝﾃﾝ",
        "account_kind": "1",
        "account_number": "7654321",
        "holder_kana": "ﾔﾏﾀﾞ ﾀﾛｳ",
        "amount_minor": 8765,
        "new_code": "0",
        "customer_number": "1001",
    }
    return pl.DataFrame([{**usual, **row} for row in rows], schema=zengin.DEBIT_ROWS)


TWO = debits(
    {"new_code": "1"},
    {
        "bank_code": "9900", "bank_name": None, "branch_code": None, "branch_name": None, "account_number": "12",
        "holder_kana": "ぎゃらりー　ヴァン", "amount_minor": 12345, "customer_number": "1002",
    },
)  # fmt: skip


def test_request_equals_the_golden_file():
    profile = zengin.Profile(end_of_file_mark=True)
    assert zengin.encode_debits(HEADER, TWO, profile=profile) == (GOLDEN / "debit-request-91.txt").read_bytes()


def test_result_of_the_golden_file():
    found = zengin.decode_debits((GOLDEN / "debit-result-91.txt").read_bytes(), near=NEAR)
    assert found.headers[0].debit_on == date(2026, 11, 27)
    assert found.rows.select("customer_number", "amount_minor", "result_code", "branch_code").rows() == [
        ("00000000000000001001", 8765, "0", "123"),
        ("00000000000000001002", 12345, "1", "000"),
    ]
    assert found.notices == ()


def test_transfer_equals_the_golden_file_and_comes_back():
    rows = pl.DataFrame(
        [
            {**TWO.row(0, named=True), "customer_code_1": "77", "customer_code_2": None, "edi": None, "transfer_kind": "7"},
            {**TWO.row(0, named=True), "account_number": "1", "customer_code_1": None, "customer_code_2": None,
             "edi": "INV/2026-11", "transfer_kind": None},
        ],
        schema=zengin.TRANSFER_ROWS,
    )  # fmt: skip
    header = zengin.TransferHeader(
        **{
            **{name: getattr(HEADER, name) for name in HEADER.__dataclass_fields__ if name != "debit_on"},
            "transfer_on": date(2026, 12, 1),
        }
    )
    content = zengin.encode_transfers(header, rows)
    assert content == (GOLDEN / "transfer-21.txt").read_bytes()
    found = zengin.decode_transfers(content, near=NEAR)
    assert found.headers[0].transfer_on == date(2026, 12, 1)
    assert found.rows.select("customer_code_1", "edi", "transfer_kind").rows() == [
        ("0000000077", None, "7"),
        (None, "INV/2026-11", None),
    ]
    assert zengin.transfer_warnings(rows) == ()
    assert [str(one) for one in zengin.transfer_warnings(pl.concat([rows, rows.head(1)]))] == [
        "record 3: the same account and amount as in row 1"
    ]


@pytest.mark.parametrize("separator", list(zengin.Separator))
@pytest.mark.parametrize(("after_last", "mark"), [(True, True), (True, False), (False, True), (False, False)])
def test_every_profile_is_read_without_being_told(separator, after_last, mark):
    profile = zengin.Profile(separator=separator, separator_after_last=after_last, end_of_file_mark=mark)
    content = zengin.encode_debits(HEADER, TWO, profile=profile)
    found = zengin.decode_debits(content, near=NEAR, results=False)
    assert found.rows.height == 2
    assert content.count(b"\r\n") == (5 - (not after_last) if separator is zengin.Separator.CRLF else 0)


def test_more_rows_than_a_header_may_count_open_another():
    rows = debits(*({"customer_number": str(n)} for n in range(1, 6)))
    content = zengin.encode_debits(HEADER, rows, profile=zengin.Profile(records_per_header=2))
    found = zengin.decode_debits(content, near=NEAR, results=False)
    assert len(found.headers) == 3
    assert found.rows["header"].to_list() == [0, 0, 1, 1, 2]
    assert found.rows["record"].to_list() == [2, 3, 6, 7, 10]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"bank_code": "12a"}, "record 1: 銀行番号 '12a' is not 1 to 4 digits"),
        ({"branch_code": None}, "record 1: 支店番号 is missing; only 9900 may come without one"),
        ({"account_kind": "4"}, "record 1: 預金種目 is '4', which is not one of 1, 2, 3, 9"),
        ({"amount_minor": 0}, "record 1: 金額 0 is not above zero with at most 10 digits"),
        ({"amount_minor": 10**10}, "record 1: 金額 10000000000 is not above zero with at most 10 digits"),
        ({"holder_kana": "山田"}, "record 1: 預金者名 '山田' holds '山', which a bank file cannot carry"),
        ({"holder_kana": "ﾔﾏﾀﾞ,"}, "record 1: 預金者名 'ﾔﾏﾀﾞ,' holds ',', which a bank file cannot carry"),
        ({"holder_kana": "アヲイ"}, "record 1: 預金者名 'アヲイ' holds 'ｦ', which a bank file cannot carry"),
        (
            {"customer_number": "12-3"},
            "record 1: 顧客番号 '12-3' does not fit 20 characters of the counterparty's rule",
        ),
        ({"holder_kana": " "}, "record 1: 預金者名 is missing"),
        ({"new_code": "7"}, "record 1: 新規コード is '7', which is not one of 0, 1, 2"),
    ],
)
def test_what_cannot_be_written_is_named(change, sentence):
    with pytest.raises(zengin.Refused) as refused:
        zengin.encode_debits(HEADER, debits(change))
    assert str(refused.value) == sentence


def test_a_customer_number_stands_once_in_a_file():
    with pytest.raises(zengin.Refused, match=r"record 2: 顧客番号 '0*1001' stands in row 1 already"):
        zengin.encode_debits(HEADER, debits({}, {"customer_number": "01001"}))


def test_ebcdic_is_refused_by_name():
    with pytest.raises(zengin.Refused, match="EBCDIC"):
        zengin.encode_debits(HEADER, TWO, profile=zengin.Profile(code_division="1"))
    good = zengin.encode_debits(HEADER, TWO)
    for bad in (good.decode("cp932").translate({0x31: "1"}).encode("cp932")[:3] + b"1" + good[4:], b"\xf1\xf9\xf1\xf0"):
        with pytest.raises(zengin.BrokenFile, match="EBCDIC"):
            zengin.decode_debits(bad, near=NEAR)


def test_profile_choices_are_written():
    profile = zengin.Profile.from_document(
        {"customer_numbers": "text", "unset_result": " ", "uses_new_code": False, "separator": "none",
         "writes_bank_names": False, "extra_name_characters": "ｦ"}
    )  # fmt: skip
    content = zengin.encode_debits(
        HEADER, debits({"customer_number": "AB-1", "holder_kana": "アヲイ", "new_code": "1"}), profile=profile
    )
    data = content[120:240].decode("cp932")
    assert data[90] == "0"
    assert data[91:112] == "AB-1".ljust(20) + " "
    assert data[5:20] == " " * 15
    assert zengin.Profile.from_document(profile.to_document()) == profile
    with pytest.raises(zengin.BadProfile, match="separater"):
        zengin.Profile.from_document({"separater": "none"})


def changed(content: bytes, record: int, start: int, text: str) -> bytes:
    lines = content.split(b"\r\n")
    lines[record - 1] = (
        lines[record - 1][: start - 1] + text.encode("cp932") + lines[record - 1][start - 1 + len(text) :]
    )
    return b"\r\n".join(lines)


@pytest.mark.parametrize(
    ("record", "start", "text", "sentence"),
    [
        (2, 81, "00000000 1", "record 2: 金額 is '00000000 1' instead of 10 digits"),
        (2, 81, "0000000001", "record 4: 合計金額 says 21110, the records give 12346"),
        (4, 2, "000003", "record 4: 合計件数 says 3, the records give 2"),
        (4, 20, "000002", "record 4: 振替済件数 says 2, the records give 1"),
        (1, 2, "21", "record 1: 種別コード is '21' instead of '91'"),
        (1, 55, "1340", "record 1: 引落日 '1340' is no day"),
        (3, 1, "5", "record 3: a record of kind '5' cannot follow one of kind '2'"),
        (5, 1, "1", "record 5: a file ends with an end record (9), not with '1': it is cut off"),
    ],
)
def test_what_cannot_be_read_is_named(record, start, text, sentence):
    good = (GOLDEN / "debit-result-91.txt").read_bytes()
    with pytest.raises(zengin.BrokenFile) as refused:
        zengin.decode_debits(changed(good, record, start, text), near=NEAR)
    assert sentence in str(refused.value)


def test_notices_of_a_result():
    good = (GOLDEN / "debit-result-91.txt").read_bytes()
    # Some banks leave the totals of a result at zero.
    zeros = changed(changed(good, 4, 20, "0" * 36), 3, 112, "7")
    found = zengin.decode_debits(zeros, near=NEAR)
    assert [str(one) for one in found.notices] == ["record 3: result code '7' is not agreed with the counterparty"]
    found = zengin.decode_debits(changed(zeros, 2, 112, " "), near=NEAR)
    assert found.rows["result_code"].to_list() == [None, "7"]
    assert [one.code for one in found.notices] == ["no_result", "result"]


def test_trimmed_records_are_read_only_where_agreed():
    trimmed = b"\n".join(line.rstrip() for line in (GOLDEN / "debit-result-91.txt").read_bytes().split(b"\r\n"))
    assert zengin.decode_debits(trimmed, near=NEAR).rows.height == 2
    with pytest.raises(zengin.BrokenFile, match="instead of 120"):
        zengin.decode_debits(trimmed, near=NEAR, profile=zengin.Profile(accepts_trimmed=False))


def test_deposits_of_both_formats():
    found = zengin.decode_deposits((GOLDEN / "deposits-01.txt").read_bytes(), near=NEAR)
    assert found.headers[0].first_day == date(2026, 11, 1)
    rows = found.rows.select("inquiry_number", "booked_on", "amount_minor", "payer_kana", "canceled", "edi").rows()
    assert rows == [
        ("000001", date(2026, 11, 4), 5000, "ｻﾄｳ ﾊﾅｺ", False, "INV-1"),
        ("000002", date(2026, 11, 4), 120_000_000_000, "ｶ)ﾃｽﾄ", False, "INV-2"),
        ("000001", date(2026, 11, 4), 5000, "ｻﾄｳ ﾊﾅｺ", True, ""),
    ]


def test_starting_positions_are_the_published_ones():
    def starts(record):
        return [one.start + 1 for one in record.fields]

    assert starts(layouts.DEBIT.header) == [1, 2, 4, 5, 15, 55, 59, 63, 78, 81, 96, 97, 104]
    assert starts(layouts.DEBIT.data) == [1, 2, 6, 21, 24, 39, 43, 44, 51, 81, 91, 92, 112, 113]
    assert starts(layouts.DEBIT.trailer) == [1, 2, 8, 20, 26, 38, 44, 56]
    assert starts(layouts.TRANSFER.data) == [1, 2, 6, 21, 24, 39, 43, 44, 51, 81, 91, 92, 112, 113, 114]
    assert starts(layouts.TRANSFER.trailer) == [1, 2, 8, 20]
    assert starts(layouts.DEPOSIT.header) == [1, 2, 4, 5, 11, 17, 23, 27, 42, 45, 60, 61, 68, 108]
    assert starts(layouts.DEPOSIT.data) == [1, 2, 8, 14, 20, 30, 40, 50, 98, 113, 128, 129]


PIECES = [*"アイウカキグゲパピプヴッャョーABC-. ()ｰｯあがぱゔ", "ﾊﾟ", "ｶﾞ"]
KANA = st.lists(st.sampled_from(PIECES), min_size=1, max_size=60).map("".join).filter(str.strip)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "bank_code": st.from_regex(r"\A[0-9]{4}\Z"),
                "branch_code": st.from_regex(r"\A[0-9]{3}\Z"),
                "account_kind": st.sampled_from("1239"),
                "account_number": st.from_regex(r"\A[0-9]{1,7}\Z"),
                "holder_kana": KANA,
                "amount_minor": st.integers(1, 10**10 - 1),
                "new_code": st.sampled_from("012"),
                "customer_number": st.from_regex(r"\A[0-9]{1,20}\Z"),
            }
        ),
        min_size=1,
        max_size=6,
        unique_by=lambda row: int(row["customer_number"]),
    ),
    st.sampled_from(zengin.Separator),
    st.integers(1, 4),
)
@settings(max_examples=150, deadline=None)
def test_what_is_written_comes_back(rows, separator, per_header):
    frame = debits(*rows)
    profile = zengin.Profile(separator=separator, records_per_header=per_header)
    content = zengin.encode_debits(HEADER, frame, profile=profile)
    assert not len(content.replace(b"\r", b"").replace(b"\n", b"")) % 120
    found = zengin.decode_debits(content, near=NEAR, profile=profile, results=False).rows
    wanted = frame.with_columns(
        zengin.customer_key(pl.col("customer_number"), profile=profile), pl.col("account_number").str.zfill(7)
    )
    same = ["bank_code", "branch_code", "account_kind", "account_number", "amount_minor", "new_code", "customer_number"]
    assert found.select(same).equals(wanted.select(same))
    for given_name, name in zip(frame["holder_kana"], found["holder_kana"], strict=True):
        assert zengin.normalized(given_name, characters=zengin.Characters.PARTY).startswith(name)
        assert not re.search("^[ﾞﾟ]|[ﾞﾟ]{2}|[a-zｧ-ｯｰ]", name)


@st.composite
def damaged(draw):
    content = bytearray(draw(st.sampled_from([(GOLDEN / name).read_bytes() for name in
        ("debit-request-91.txt", "debit-result-91.txt", "transfer-21.txt", "deposits-01.txt")])))  # fmt: skip
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        match draw(st.sampled_from(["flip", "cut", "insert", "swap", "recode", "repeat"])):
            case "flip" if content:
                content[at] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del content[at:]
            case "insert":
                content[at:at] = draw(st.binary(max_size=4))
            case "swap":
                lines = bytes(content).split(b"\r\n")
                content = bytearray(b"\r\n".join(draw(st.permutations(lines))))
            case "recode":
                text = bytes(content).decode("cp932", "replace")
                content = bytearray(
                    text.encode(draw(st.sampled_from(["utf-8", "utf-16", "utf-8-sig", "cp037"])), "replace")
                )
            case "repeat":
                content += bytes(content)
    return bytes(content)


@given(damaged())
@settings(max_examples=400, deadline=None)
def test_damaged_files_are_refused_or_read_completely(content):
    for read in (zengin.decode_debits, zengin.decode_transfers, zengin.decode_deposits):
        try:
            found = read(content, near=NEAR)
        except zengin.BrokenFile as refused:
            assert refused.problems  # noqa: PT017 - either outcome is right
        else:
            assert found.rows["amount_minor"].null_count() == 0
            assert found.rows["header"].max() is None or found.rows["header"].max() < len(found.headers)


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_refused(content):
    with pytest.raises(zengin.BrokenFile):
        zengin.decode_debits(content, near=NEAR)


@settings(deadline=None)
@given(st.sampled_from(["\r\n", "\r", "\n"]), st.lists(st.text("12 \",#'ｱﾞA", max_size=4), min_size=2, max_size=6))
def test_lines_are_cut_as_split_cuts_them(separator, texts):
    text = separator.join(texts)
    assert reading._lines(text, separator).to_list() == text.split(separator)
