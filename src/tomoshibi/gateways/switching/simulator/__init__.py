"""A switching support system to try against: the grid companies, the other retailers, and the house in between."""

from tomoshibi.gateways.switching.simulator.manners import Manners
from tomoshibi.gateways.switching.simulator.server import SwitchingSimulator
from tomoshibi.gateways.switching.simulator.world import OTHERS, Known, PointSeed, World

__all__ = ["OTHERS", "Known", "Manners", "PointSeed", "SwitchingSimulator", "World"]
