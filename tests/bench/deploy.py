"""A deployment that changes nothing: ``python -m tests.bench.deploy``. Goal: 5 s on the local stack.

Beside it, ``aws cloudformation deploy`` of the same template with the same parameters, on the same stack.
"""

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.command_line import PHOTOBAK, environ_of
from support.stacks import aws_variables, made, target_of

from photobak.local.lifecycle import down, up
from photobak.stack.bundle import build_bundle
from photobak.stack.code_bucket import code_bucket
from photobak.stack.template import template_text
from tests.bench.measure import Command, measure

NAME = "bench"
ROUNDS = 5


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-deploy-") as scratch:
        folder = Path(scratch)
        stack = up(folder / "stack")
        try:
            target = target_of(stack)
            made(target, stack, NAME)
            variables = {**environ_of(folder), **aws_variables(stack)}
            env = ["env", "-i", *(f"{name}={value}" for name, value in variables.items())]
            ours = [PHOTOBAK, "deploy", "--stack-name", NAME, "--yes"]
            (folder / "template.yaml").write_text(template_text(), encoding="utf-8")
            bucket = code_bucket(target, NAME)
            given = {"Environment": "local", "LocalEndpoint": stack.endpoint_url, "CodeBucket": bucket}
            given["CodeKey"] = build_bundle().key
            rival = [shutil.which("aws") or str(Path(sys.executable).with_name("aws")), "cloudformation", "deploy"]
            rival += ["--template-file", str(folder / "template.yaml"), "--stack-name", NAME, "--s3-bucket", bucket]
            rival += ["--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset", "--parameter-overrides"]
            rival += [f"{name}={value}" for name, value in given.items()]
            found = measure(
                Command("photobak deploy", [*env, *ours]),
                Command("aws cloudformation deploy", [*env, *rival]),
                rounds=ROUNDS,
            )
            print(found.table("no change (goal: 5 s)"))
        finally:
            down(stack.home)


if __name__ == "__main__":
    main()
