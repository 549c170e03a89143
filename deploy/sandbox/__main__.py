"""``python -m deploy.sandbox``: the sandbox as a program."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from deploy.sandbox.seed import Seed, SeedError, example
from deploy.sandbox.server import Sandbox


def main() -> int:
    """Run until interrupted."""
    options = _options()
    stopped = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    try:
        seed = Seed.from_json(options.seed) if options.seed else example()
        sandbox = Sandbox(seed, port=options.port, rate_limits=options.rate_limits)
    except (SeedError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    try:
        sandbox.start()
    except OSError as error:
        sys.stderr.write(f"Cannot listen on port {options.port}: {error.strerror}. Choose another with --port.\n")
        return 2
    try:
        app = sandbox.app
        sys.stdout.write(
            f"The page:        {sandbox.url}/\n"
            f"base_url:        {sandbox.api_url}\n"
            f"bot token:       {app.bot_token}\n"
            f"app token:       {app.app_token}\n"
            f"signing secret:  {app.signing_secret}\n"
            f"Stop with Ctrl-C.\n"
        )
        sys.stdout.flush()
        stopped.wait()
    finally:
        sandbox.stop()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.sandbox", description="A Slack to develop against.")
    parser.add_argument("--port", type=int, default=8900, help="where to listen on 127.0.0.1")
    parser.add_argument("--seed", type=Path, help="a JSON file with people, channels and the app")
    parser.add_argument("--rate-limits", type=float, default=1.0, help="multiplies every allowance; 0 for none")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
