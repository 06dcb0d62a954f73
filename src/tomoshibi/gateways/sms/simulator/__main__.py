"""``python -m tomoshibi.gateways.sms.simulator --folder FOLDER --port PORT``."""

from tomoshibi.gateways.simulators import main

if __name__ == "__main__":
    main(only="sms")
