"""Result codes of direct debits: the standard's, before what an agent's manual adds or an operator changes."""

from tomoshibi.collection.values import CodeClass, ResultCode, Treatment

STANDARD = tuple(
    ResultCode(agent="", code=code, meaning=meaning, text_ja=ja, text_zh=zh, text_en=en, treatment=Treatment.ASK)
    for code, meaning, ja, zh, en in (
        ("0", CodeClass.PAID, "振替済", "扣款成功", "debited"),
        ("1", CodeClass.SOFT, "資金不足", "余额不足", "insufficient funds"),
        ("2", CodeClass.HARD, "取引なし(口座なし)", "无此账户", "no such account"),
        ("3", CodeClass.HARD, "預金者の都合による振替停止", "存款人要求停止扣款", "stopped by the account holder"),
        ("4", CodeClass.HARD, "預金口座振替依頼書なし", "银行无扣款授权书", "no mandate at the bank"),
        ("8", CodeClass.OURS, "委託者の都合による振替停止", "委托方要求停止扣款", "stopped by us or the agent"),
        ("9", CodeClass.MANUAL, "その他", "其他", "other"),
    )
)
"""JBA, direct debit layout, section 16. Codes 5 to 7 are not defined there; the list is open."""

NO_RESULT = ResultCode(
    agent="",
    code="-",
    meaning=CodeClass.MANUAL,
    text_ja="結果なし",
    text_zh="无结果",
    text_en="no result came",
    treatment=Treatment.ASK,
)
"""Ours: a person declared that no result will come."""


def unknown(code: str) -> ResultCode:
    """A code that nobody told us about: for a person to look at."""
    return ResultCode(
        agent="",
        code=code,
        meaning=CodeClass.MANUAL,
        text_ja=f"結果コード{code}（意味未登録）",
        text_zh=f"结果代码{code}（含义未登记）",
        text_en=f"result code {code} (meaning not registered)",
        treatment=Treatment.ASK,
    )
