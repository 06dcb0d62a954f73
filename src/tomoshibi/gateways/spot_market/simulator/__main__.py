"""``python -m tomoshibi.gateways.spot_market.simulator --folder DAYS --keys KEYS``: the market alone, for trying it out."""

import argparse
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from tomoshibi.gateways.spot_market.simulator.server import MarketSimulator


def main() -> None:
    """Run until told to end."""
    parser = argparse.ArgumentParser(description="The day-ahead market, for demos and tests.")
    parser.add_argument("--folder", type=Path, required=True, help="days as files")
    parser.add_argument("--keys", type=Path, required=True, help="server.pem and server.key (the demo makes them)")
    parser.add_argument("--port", type=int, default=8914)
    given = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    # This process is an edge of its own: it publishes up to the real tomorrow.
    with MarketSimulator(
        given.folder,
        certificate=given.keys / "server.pem",
        key=given.keys / "server.key",
        port=given.port,
        today=lambda: datetime.now(UTC).date(),
    ) as market:
        sys.stdout.write(f"spot_market: {market.address}\n")
        sys.stdout.flush()
        ended.wait()


if __name__ == "__main__":
    main()
