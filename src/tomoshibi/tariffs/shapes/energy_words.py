"""What components that price energy have in common."""

from tomoshibi.tariffs.shapes.shape import Label

ENERGY: Label = {"ja": "電力量料金", "zh": "电量电费", "en": "Energy charge"}
DISCOUNT: Label = {"ja": "割引・加算", "zh": "折扣与加价", "en": "Discount or surcharge"}
BLOCK: Label = {"ja": "(最低料金分)", "zh": "(最低电费部分)", "en": " (minimum block)"}
PER_KWH = "/ kWh"
