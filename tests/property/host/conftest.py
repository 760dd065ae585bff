"""Fixtures of the tests on the twin."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def quiet() -> Iterator[None]:
    """Warnings would be thousands; errors are for the world to hear, and for nobody else."""
    loggers = [logging.getLogger(name) for name in ("matches", "arcade")]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
        logger.propagate = False
    yield
    for logger in loggers:
        logger.setLevel(logging.NOTSET)
        logger.propagate = True
