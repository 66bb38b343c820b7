"""The schedulers that can run photobak every night: systemd, cron, launchd and Windows' Task Scheduler."""
