"""A gateway and the phones behind it: real HTTPS, phones that are off or do not exist, and bad manners on request."""

from tomoshibi.gateways.sms.simulator.phones import TOKEN as SIMULATOR_TOKEN
from tomoshibi.gateways.sms.simulator.phones import Signal, Unwilling, shown_on_phones
from tomoshibi.gateways.sms.simulator.server import SmsSimulator

__all__ = ["SIMULATOR_TOKEN", "Signal", "SmsSimulator", "Unwilling", "shown_on_phones"]
