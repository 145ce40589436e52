"""Uploads that survive lost connections, closed browsers and restarted servers (tus 1.0)."""
