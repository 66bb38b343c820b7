"""The Lambda of the device grant (RFC 8628), which Cognito lacks: a machine shows a code, a person approves it elsewhere.

The machine asks at ``/device/code`` and ``/device/token`` (:mod:`.machine`); the person opens ``/device``, confirms, signs
in at Cognito's hosted UI and comes back to ``/device/callback`` (:mod:`.person`). The two meet in one table.
"""
