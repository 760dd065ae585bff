"""Run as a process: records matches from many threads at once on `DATABASE_URL`, prints what came of it.

Prints JSON: `answers` (distinct answers per match), `matches`, `participants`, `replays`, `versions`
(the rating versions of each player's matches, in order) and `errors`.
"""

import json
import sys
import threading
from collections import defaultdict

import django


def main(threads: int, matches: int) -> None:
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from matches import results
    from matches.models import Match, Participant, Replay
    from tests.support.history import finished, make_players

    call_command("migrate", verbosity=0, interactive=False)
    people = make_players(3)
    orders = [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]]
    ends = [finished([people[n] for n in orders[i % 4]], [1, 2, 3]) for i in range(matches)]
    barrier = threading.Barrier(threads)
    answers: dict[str, set[str]] = defaultdict(set)
    errors: list[str] = []

    def work(number: int) -> None:
        try:
            barrier.wait(20)
            turn = number % matches if number % 2 else 0
            for end in ends[turn:] + ends[:turn]:
                answers[end.setup.match].add(json.dumps(results.record(end)))
        except Exception as error:
            errors.append(repr(error))
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    versions = {
        p.id: sorted(Participant.objects.filter(player=p).values_list("rating_version", flat=True), key=str)
        for p in people
    }
    print(
        json.dumps(
            {
                "answers": sorted(len(a) for a in answers.values()),
                "matches": Match.objects.count(),
                "participants": Participant.objects.count(),
                "replays": Replay.objects.count(),
                "versions": list(versions.values()),
                "errors": errors,
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
