"""The broker outlives what the fuzzer sends: some seeds in every run of the tests, more with `make fuzz`."""

import random

from fuzz import run
from sessions import SessionMaker


def test_hundreds_of_damaged_sessions_leave_the_broker_well():
    assert run(1, lambda count: count >= 400) == 400


def test_a_seed_makes_the_same_session_again():
    for seed in range(1, 50):
        assert SessionMaker(seed).session() == SessionMaker(seed).session()


def test_sessions_differ_from_seed_to_seed():
    seeds = random.Random(7).sample(range(1 << 30), 50)
    assert len({b"".join(SessionMaker(seed).session()) for seed in seeds}) == 50
