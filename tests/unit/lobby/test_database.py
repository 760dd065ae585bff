"""A database that hangs keeps nobody waiting."""

import threading

import pytest
from django.db import DatabaseError

from lobby import database

pytestmark = pytest.mark.django_db(transaction=True)
"""The pool's threads may still have connections of earlier tests, and look after them."""


async def test_an_answer_and_a_fault_come_through() -> None:
    assert await database.ask(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await database.ask(divmod, 7, 0)


async def test_a_question_without_an_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    hanging, going_on = threading.Event(), threading.Event()

    def hang() -> None:
        hanging.set()
        going_on.wait(30)

    try:
        with pytest.raises(DatabaseError, match=r"no answer in 0\.05 s"):
            await database.ask(hang)
        assert hanging.is_set()
    finally:
        going_on.set()
