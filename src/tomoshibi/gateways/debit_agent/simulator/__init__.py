"""A neutral collection agent to run beside the application: real SFTP, real result files, and bad manners on request."""

from tomoshibi.gateways.debit_agent.simulator.desk import Desk, Manners
from tomoshibi.gateways.debit_agent.simulator.server import AgentSimulator, make_keys

__all__ = ["AgentSimulator", "Desk", "Manners", "make_keys"]
