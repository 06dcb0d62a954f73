"""An invented company profile, for tests that need somebody to speak for."""

from tomoshibi.masters import operations as masters

PHONE = "0120-000-000"
PROFILE = {
    "name": "株式会社灯火でんき", "name_kana": "トモシビデンキ", "country": "JP", "currency": "JPY", "language": "ja",
    "registration_number": "T1234567890123", "postal_code": "1000005", "address": "東京都千代田区丸の内1-1-1",
    "phone": PHONE, "mail": "support@example.jp", "bank_code": "0001", "branch_code": "001",
    "bank_name": "みずほ銀行", "branch_name": "東京営業部", "account_kind": "普通", "account_number": "7654321",
    "account_holder_kana": "カ)トモシビデンキ", "valid_from": "2016-04-01",
}  # fmt: skip


def enter(**other: str) -> None:
    """Write the profile; call inside a transaction."""
    masters.put_rows(master="company", rows=[PROFILE | other])
