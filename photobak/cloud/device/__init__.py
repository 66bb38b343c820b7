"""The device Lambda: the device grant (RFC 8628), which Cognito lacks, for machines without a browser.

The machine calls ``/device/code`` and then polls ``/device/token`` (``machine.py``). The person opens ``/device``,
enters the machine's code, signs in at Cognito's hosted UI and returns to ``/device/callback`` (``person.py``). Both
sides meet in one table (``store/device_grants.py``).
"""
