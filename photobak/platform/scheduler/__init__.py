"""What has photobak run at night: cron, or a timer of systemd."""
