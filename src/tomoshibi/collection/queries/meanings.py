"""What result codes mean, for us and for each agent."""

from django.utils.translation import get_language

from tomoshibi.collection import codes, values
from tomoshibi.collection.models import ResultCode


def result_codes(*, agent: str) -> dict[str, values.ResultCode]:
    """Every code that we know for an agent: the standard's, overlaid by rows for all agents and by the agent's own."""
    known = {code.code: code for code in codes.STANDARD}
    for row in ResultCode.objects.filter(agent__in=["", agent]).order_by("agent"):
        known[row.code] = _result_code(row)
    return known


def _result_code(row: ResultCode) -> values.ResultCode:
    return values.ResultCode(
        agent=row.agent,
        code=row.code,
        meaning=values.CodeClass(row.meaning),
        text_ja=row.text_ja,
        text_zh=row.text_zh,
        text_en=row.text_en,
        treatment=values.Treatment(row.treatment),
    )


def code_texts(*, agent: str) -> dict[str, str]:
    """Code -> meaning in the reader's language."""
    language = get_language() or "ja"
    known = {code: item.text(language) for code, item in result_codes(agent=agent).items()}
    return {**known, codes.NO_RESULT.code: codes.NO_RESULT.text(language)}


class CodeTexts:
    """What the codes of every agent mean, in the reader's language: an agent's own word goes before the standard's."""

    def __init__(self) -> None:
        agents = set(ResultCode.objects.values_list("agent", flat=True))
        self._by_agent = {agent: code_texts(agent=agent) for agent in {"", *agents}}

    def of(self, agent: str, code: str) -> str:
        """The meaning of a code at an agent; the code itself where nobody knows one."""
        return self._by_agent.get(agent, self._by_agent[""]).get(code, code)

    def everywhere(self) -> dict[str, str]:
        """Code -> meaning over all agents, for choosing among them."""
        own = [texts for agent, texts in sorted(self._by_agent.items()) if agent]
        return {code: text for texts in (*own, self._by_agent[""]) for code, text in texts.items()}
