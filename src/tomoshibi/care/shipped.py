"""Kinds of enquiries and texts of answers that come with the product; people change them on their pages."""

import string
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

PLACEHOLDERS = ("name", "number", "subject", "clerk", "company", "phone")
"""What a text may name."""


class UnknownMark(ValueError):
    """A text names something that no enquiry has."""


@dataclass(frozen=True)
class KindGiven:
    code: str
    business_days: int
    names: Mapping[str, str]


@dataclass(frozen=True)
class TextGiven:
    code: str
    language: str
    title: str
    body: str


def _named(code: str, days: int, ja: str, zh: str, en: str) -> KindGiven:
    return KindGiven(code, days, {"ja": ja, "zh-hans": zh, "en": en})


KINDS = (
    _named("bill", 2, "料金・請求", "电费・账单", "Bills and charges"),
    _named("payment", 2, "お支払い", "缴费", "Payment"),
    _named("contract", 3, "契約・プラン", "合同・套餐", "Contract and plan"),
    _named("move", 1, "引越し・開始・解約", "搬家・开通・解约", "Moving, starting, ending"),
    _named("outage", 0, "停電・設備", "停电・设备", "Outages and equipment"),
    _named("complaint", 1, "ご意見・苦情", "意见・投诉", "Complaints"),
    _named("other", 3, "その他", "其他", "Anything else"),
)
TEXTS = (
    TextGiven("received", "ja", "受け付けました", "{name} 様\n\nお問い合わせ（{number}）を受け付けました。確認のうえ、担当者よりご連絡いたします。\n\n{company} {clerk}\n{phone}"),
    TextGiven("received", "zh-hans", "已受理", "{name}：\n\n您的咨询（{number}）已受理，核实后由专人与您联系。\n\n{company} {clerk}\n{phone}"),
    TextGiven("received", "en", "We have your question", "Dear {name},\n\nwe have your question ({number}) and will come back to you when we have looked into it.\n\n{company}, {clerk}\n{phone}"),
    TextGiven("identify", "ja", "ご本人確認のお願い", "{name} 様\n\nお問い合わせ（{number}）につきまして、ご契約者さまの確認のため、お客さま番号とご契約名義をこのメールへの返信でお知らせください。\n\n{company} {clerk}\n{phone}"),
    TextGiven("identify", "zh-hans", "请确认身份", "{name}：\n\n关于您的咨询（{number}），为确认合同人身份，请回复本邮件告知客户编号和合同户名。\n\n{company} {clerk}\n{phone}"),
    TextGiven("identify", "en", "Please tell us who you are", "Dear {name},\n\nbefore we answer {number}, please reply with your customer number and the name on the contract.\n\n{company}, {clerk}\n{phone}"),
    TextGiven("bill", "ja", "請求の内訳について", "{name} 様\n\n「{subject}」についてお答えします。請求額の内訳は、ポータルの請求ページで一行ずつご確認いただけます。\n\n\n\n{company} {clerk}\n{phone}"),
    TextGiven("bill", "zh-hans", "账单明细说明", "{name}：\n\n关于“{subject}”：账单明细可在门户的账单页面逐行查看。\n\n\n\n{company} {clerk}\n{phone}"),
    TextGiven("bill", "en", "How the bill comes about", 'Dear {name},\n\nabout "{subject}": the portal shows your bill line by line.\n\n\n\n{company}, {clerk}\n{phone}'),
)  # fmt: skip


def filled(body: str, words: Mapping[str, str]) -> str:
    """
    A text with its marks filled in; nothing but the names themselves is a mark.

    :raises UnknownMark: naming the first mark that nobody fills in
    """
    try:
        parts = list(string.Formatter().parse(body))
    except ValueError as wrong:
        raise UnknownMark(_("A brace is not closed: %(reason)s") % {"reason": str(wrong)}) from None
    written = []
    for text, mark, form, conversion in parts:
        written.append(text)
        if mark is None:
            continue
        if mark not in words or form or conversion:
            raise UnknownMark(_("The text names {%(mark)s}, which no enquiry has.") % {"mark": mark})
        written.append(words[mark])
    return "".join(written)
