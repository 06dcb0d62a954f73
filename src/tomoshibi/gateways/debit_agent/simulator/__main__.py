"""``python -m tomoshibi.gateways.debit_agent.simulator --folder FOLDER --port PORT``."""

from tomoshibi.gateways.simulators import main

if __name__ == "__main__":
    main(only="debit_agent")
