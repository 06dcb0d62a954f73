"""Writes of documents before and after contracts."""

from tomoshibi.applications.operations.notices.making import (
    HELD_WORK,
    POST_WORK,
    NoSuchNotice,
    NoticeRefused,
    NotReadable,
    fill_again,
    link_to,
    make_notice,
    order_notice,
    post_letters,
    record_opening,
    reissue,
    withdraw_notice,
)
from tomoshibi.applications.operations.notices.texts import (
    TemplateIncomplete,
    TemplateSettled,
    install_notice_texts,
    propose_template,
    publish_template,
    reject_template,
    save_template,
)

__all__ = [
    "HELD_WORK",
    "POST_WORK",
    "NoSuchNotice",
    "NotReadable",
    "NoticeRefused",
    "TemplateIncomplete",
    "TemplateSettled",
    "fill_again",
    "install_notice_texts",
    "link_to",
    "make_notice",
    "order_notice",
    "post_letters",
    "propose_template",
    "publish_template",
    "record_opening",
    "reissue",
    "reject_template",
    "save_template",
    "withdraw_notice",
]
