"""The games that come with the server, by the kit that their authors are given."""

import unittest

from matches.games.arena import Arena
from matches.games.connect_four import ConnectFour
from matches.testkit import GameChecks


class TestConnectFour(GameChecks, unittest.TestCase):
    game = ConnectFour
    matches = 12


class TestArena(GameChecks, unittest.TestCase):
    game = Arena
    matches = 12
