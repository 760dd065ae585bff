"""A studio's app of its own, as `ARCADE_APPS` names it: its games are found by autodiscovery."""
