"""The special clauses of a group's contract (附件6) as they are shipped: a company words them itself where it wants to."""

from collections.abc import Mapping

CLAUSES: Mapping[str, str] = {
    "boundary": (
        "双方产权责任分界点：基准户以参考表出线端为分界点，虚拟子户以接入点处计量箱（开关箱）出线桩头为分界点。分界点电源侧设施由供电方"
        "维护管理，负荷侧电缆及设备由用电方维护管理。"
    ),
    "customer": (
        "用电方应保证虚拟子户与基准户为相同类型的设备；点位新增、取消、迁移，应事先向供电方办理变更；不得在未悬挂电缆封印扣的情况下接电；"
        "应为供电方的现场核查提供便利。"
    ),
    "utility": (
        "供电方按基准户抄见电量与当日用电点位数计算群组电量，以基准户为单位出具电费票据；负责制作、悬挂和更换标签及电缆封印扣；每半年对"
        "点位清单进行抽样核查。"
    ),
    "notice": "供电方计划停电、临时停电时，按申请表登记的停电联系人及手机号码通知用电方；联系人变更时，用电方应及时告知。",
    "counting": (
        "用电点位数以双方签章的点位确认清单为准，随每次变更更新版本。核查发现点位数与清单不符的，自双方确认的变化之日起退补电量电费。"
    ),
    "breach": "用电方擅自接电、破坏封印或标签的，经核实后按窃电或违约用电处理；供电方未按约定通知停电的，依法承担相应责任。",
}
"""Our own wording; the requirement's text breaks off after its first words (annex 6)."""
