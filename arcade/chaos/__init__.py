"""Proof from outside that a match outlives every process: nodes, bot clients, a nemesis, and a checker."""
