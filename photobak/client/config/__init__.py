"""``config.toml``: the profiles and the settings; read strictly, written without losing comments."""
