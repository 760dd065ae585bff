"""Run as a process: threads do all kinds of things to the same few players at once, on `DATABASE_URL`.

Prints JSON: `errors` (what was raised besides refusals), `torn` (relations that cannot be), `most` (the most
friends that anybody ever had) and `friends` (of two pairs who ask each other at once, those who are friends).
"""

import json
import sys
import threading
import time
from random import Random

import django

PLAYERS = ["p0", "p1", "p2", "p3"]
CAP = 2


def main(threads: int, steps: int) -> None:
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.models import Q

    from lobby.models import Relation
    from lobby.relations_database import _change, known
    from lobby.rules import relation as rules
    from lobby.rules.relation import Event, Tie
    from matches.models import Player
    from protocol.errors import ProtocolError

    call_command("migrate", verbosity=0, interactive=False)
    Player.objects.bulk_create([Player(id=p, name=p) for p in [*PLAYERS, "q0", "q1", "q2", "q3"]])
    rules.FRIENDS = CAP
    rules.QUIET = 0.0
    barrier = threading.Barrier(threads)
    errors: list[str] = []
    most = 0

    def work(number: int) -> None:
        nonlocal most
        random = Random(number)
        try:
            barrier.wait(20)
            mine = number % 4
            _change(f"q{mine}", f"q{mine ^ 1}", Event.ASKED, time.time())
            for _ in range(steps):
                one, other = random.sample(PLAYERS, 2)
                event = random.choice([*Event, Event.ASKED, Event.ASKED, Event.UNBLOCKED])
                try:
                    _change(one, other, event, time.time())
                except ProtocolError:
                    continue
                most = max(most, sum(k.what == "friend" for k in known(one)))
        except Exception as error:
            errors.append(repr(error))
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    torn = Relation.objects.exclude(tie=Tie.NONE).filter(Q(a_blocks=True) | Q(b_blocks=True))
    pairs = Relation.objects.filter(tie=Tie.FRIENDS, a__id__startswith="q").values_list("a_id", "b_id")
    told = {"errors": errors, "torn": torn.count(), "most": most, "friends": sorted(map(list, pairs))}
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
