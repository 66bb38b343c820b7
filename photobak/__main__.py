"""``python -m photobak`` is the command ``photobak``."""

from photobak.cli.main import run

if __name__ == "__main__":
    run()
