"""A grid company's Web system to try against."""

from tomoshibi.gateways.wheeling_web.simulator.desk import Manners, World
from tomoshibi.gateways.wheeling_web.simulator.server import WheelingWebSimulator

__all__ = ["Manners", "WheelingWebSimulator", "World"]
