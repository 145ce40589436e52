"""Settings by situation: `development` (default), `test`, `production`; read from environment."""
