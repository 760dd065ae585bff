"""`manage.py bench matchmaker`: our matcher and its peers' rules in one simulated world.

Everything here is one process and seeded; there is no server and no clock but the simulation's.
"""
