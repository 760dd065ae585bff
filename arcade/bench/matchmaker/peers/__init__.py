"""Other matchmakers' rules, re-implemented from what their makers publish; each file names its source.

A match needs a server that all its members reach. First come, PlayFab and Open Match look over all the
regions a ticket reaches; waves, Lichess and Nakama keep a pool for each home region.
"""
