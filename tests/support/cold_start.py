"""Runs one handler as Lambda does: a new process that finds nothing but the bundle. Run with ``python -I -S``.

Arguments: the bundle's folder, the handler's dotted name, its event as JSON. Prints JSON: the answer, the CPU seconds
from the start of the process to the answer, and the modules that came from neither the bundle nor the standard library.
"""

import importlib
import json
import sys
import sysconfig
import time
from pathlib import Path


class _Context:
    """What the handlers and Powertools read of Lambda's context."""

    function_name = "cold-start"
    memory_limit_in_mb = 1769
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:cold-start"
    aws_request_id = "00000000-0000-0000-0000-000000000000"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 30_000


def main(bundle: str, handler: str, event: str) -> None:
    sys.path.insert(0, bundle)
    sys.dont_write_bytecode = True  # Lambda's folder is read-only
    module, function = handler.rsplit(".", 1)
    answer = getattr(importlib.import_module(module), function)(json.loads(event), _Context())
    cpu_seconds = time.process_time()
    print(json.dumps({"answer": answer, "cpu_seconds": cpu_seconds, "strangers": _strangers(Path(bundle))}))


def _strangers(bundle: Path) -> list[str]:
    known = (bundle, Path(__file__), Path(sysconfig.get_paths()["stdlib"]), Path(sysconfig.get_paths()["platstdlib"]))
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    return [file for file in files if file and not any(Path(file).is_relative_to(folder) for folder in known)]


if __name__ == "__main__":
    main(*sys.argv[1:])
