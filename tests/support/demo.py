"""Run as a process: fill `DATABASE_URL` with a history of matches that were really played.

python -m tests.support.demo 1000
"""

import sys
from random import Random

NAMES = """
    Ada Aiko Amir Anouk Bela Bruno Carmen Chidi Dalia Dmitri Elif Emeka Farah Felix Gala Hana Hugo Ines Ivo
    Jana Jonas Kaya Kofi Lena Liam Mina Milo Nadia Nils Olga Omar Paula Quinn Rosa Ravi Selma Sven Tara Tomas
    Uma Vera Wes Xenia Yara Zoë
"""


def fill(matches: int, seed: int = 7) -> None:
    """Every twenty-fifth match is an arena, some against computers, some given up, some never begun."""
    from matches import results
    from matches.models import Player
    from tests.support.playing import BEGAN, played

    chance = Random(seed)
    people = [Player(name=name) for name in NAMES.split()]
    Player.objects.bulk_create(people)
    moment = BEGAN
    for n in range(matches):
        moment += chance.randint(20_000, 3_600_000)
        if n % 25 == 24:
            mode, seats = chance.choice([("duel", 2), ("ffa", chance.randint(3, 6)), ("teams", 4)])
            players: list[Player | None] = [*chance.sample(people, seats)]
            game = "arena"
        else:
            game, mode = "connect-four", chance.choice(["standard", "standard", "blitz"])
            players = [*chance.sample(people, 2)]
        if chance.random() < 0.15:
            players[-1] = None
        comes = chance.random() > 0.03
        results.record(
            played(game, players, mode=mode, chance=chance, began=moment, resigns=0.01, comes=comes)
        )


if __name__ == "__main__":
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    fill(int(sys.argv[1]))
