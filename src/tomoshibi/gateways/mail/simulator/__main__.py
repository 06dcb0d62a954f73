"""``python -m tomoshibi.gateways.mail.simulator --folder FOLDER --port PORT``."""

from tomoshibi.gateways.simulators import main

if __name__ == "__main__":
    main(only="mail")
