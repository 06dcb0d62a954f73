"""
The day-ahead market: a file of prices for each day.

This package is the door: other rooms import from here and nothing below.
"""

from tomoshibi.gateways.spot_market.client import HttpsMarket
from tomoshibi.gateways.spot_market.port import BadAnswer, Connection, Market, MarketError, Unreachable, name_of
from tomoshibi.gateways.spot_market.simulator import Behaviour, MarketSimulator, write_day

__all__ = [
    "BadAnswer",
    "Behaviour",
    "Connection",
    "HttpsMarket",
    "Market",
    "MarketError",
    "MarketSimulator",
    "Unreachable",
    "name_of",
    "write_day",
]
