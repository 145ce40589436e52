"""Settings by situation: `development` (default), `test`, `production`; all read the environment."""
