"""``python -m tomoshibi.gateways.grid_portal.simulator --folder FOLDER --port PORT``."""

from tomoshibi.gateways.simulators import main

if __name__ == "__main__":
    main(only="grid_portal")
