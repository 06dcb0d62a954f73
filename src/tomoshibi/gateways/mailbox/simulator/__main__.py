"""``python -m tomoshibi.gateways.mailbox.simulator --folder FOLDER --port PORT``."""

from tomoshibi.gateways.simulators import main

if __name__ == "__main__":
    main(only="mailbox")
