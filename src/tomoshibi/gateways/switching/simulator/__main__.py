"""``python -m tomoshibi.gateways.switching.simulator --folder FOLDER --port PORT``."""

from tomoshibi.gateways.simulators import main

if __name__ == "__main__":
    main(only="switching")
