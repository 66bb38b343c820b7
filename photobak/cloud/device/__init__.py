"""The Lambda of the device grant (RFC 8628), which Cognito lacks: a machine shows a code, a person enters it elsewhere.

The machine asks at ``/device/code`` and ``/device/token`` (``machine.py``). The person opens ``/device``, confirms,
signs in at Cognito's hosted UI and comes back to ``/device/callback`` (``person.py``). The two meet in one table
(``store.py``).
"""
