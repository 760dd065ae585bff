"""What a player costs: `manage.py bench`. The server is pinned to one core, the load to another."""
