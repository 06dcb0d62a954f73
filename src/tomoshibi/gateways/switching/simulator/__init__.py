"""A switching support system to try against: the grid companies, the other retailers, and the house in between."""

from tomoshibi.gateways.switching.simulator.manners import Manners
from tomoshibi.gateways.switching.simulator.server import SwitchingSimulator
from tomoshibi.gateways.switching.simulator.world import PointSeed, World

__all__ = ["Manners", "PointSeed", "SwitchingSimulator", "World"]
