"""
Which grid company's area an address lies in, by its prefecture.

Some prefectures are divided (Shizuoka at the Fuji river, parts of Gifu, Mie, Fukui, Hyogo, Ehime, Kagawa): there the
larger part stands first, and the supply point number decides.
"""

_BY_PREFECTURE = {
    "01": "北海道", "02": "青森県 岩手県 宮城県 秋田県 山形県 福島県 新潟県",
    "03": "茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 山梨県", "04": "長野県 愛知県", "05": "富山県 石川県",
    "06": "滋賀県 京都府 大阪府 奈良県 和歌山県", "07": "鳥取県 島根県 岡山県 広島県 山口県", "08": "徳島県 高知県",
    "09": "福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県", "10": "沖縄県",
}  # fmt: skip
_DIVIDED = {
    "静岡県": ("04", "03"), "岐阜県": ("04", "05", "06"), "三重県": ("04", "06"), "福井県": ("05", "06"),
    "兵庫県": ("06", "07"), "愛媛県": ("08", "07"), "香川県": ("08", "07"),
}  # fmt: skip
AREAS_OF: dict[str, tuple[str, ...]] = {
    **{prefecture: (area,) for area, names in _BY_PREFECTURE.items() for prefecture in names.split()},
    **_DIVIDED,
}


def areas_of(prefecture: str) -> tuple[str, ...]:
    """Codes of the areas that a prefecture lies in, the larger part first; none for an unknown name."""
    return AREAS_OF.get(prefecture.strip(), ())
