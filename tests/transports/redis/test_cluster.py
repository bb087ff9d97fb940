"""A cluster whose nodes fail one by one."""

from __future__ import annotations

import time
from contextlib import contextmanager

from redis.crc import key_slot

from progresskit import Publisher
from progresskit.transports.redis.scripts import Scripts

PROJECTS = [f"project-{number}" for number in range(120)]


@contextmanager
def one_frozen_of(cluster):
    """Freeze the last node of three, and give the projects of the other two."""
    for node in cluster.nodes:
        node.ask("CONFIG", "SET", "cluster-require-full-coverage", "no")
    frozen = cluster.nodes[-1]
    living = [project for project in PROJECTS if key_slot(project.encode()) < 16_384 * 2 // 3]
    assert 50 < len(living) < 110
    with Publisher.from_url(cluster.nodes[0].url) as warm:
        warm.task("warm", "up").status("started")
        assert warm.flush(10)
    frozen.freeze()
    try:
        yield living
    finally:
        frozen.thaw()


def all_of_the_living_have_theirs(publisher, living, *, within_s):
    deadline = time.monotonic() + within_s
    for project in PROJECTS:
        publisher.task(project, "task").complete()
    while (accepted := publisher.statistics()["accepted"]) < len(living) and time.monotonic() < deadline:
        time.sleep(0.02)
    return accepted == len(living)


def test_a_node_that_hangs_holds_up_no_project_of_another(everything):
    cluster = everything.cluster()
    publisher = Publisher.from_url(cluster.nodes[0].url, flush_timeout_s=0)
    with one_frozen_of(cluster) as living:
        assert all_of_the_living_have_theirs(publisher, living, within_s=5)
    assert publisher.flush(30), "once it answers again, its projects get theirs"
    assert publisher.statistics()["accepted"] == len(PROJECTS)
    publisher.close()


def test_control_without_a_pause_its_projects_stand_in_line_before_the_others(everything, monkeypatch):
    monkeypatch.setattr(Scripts, "node_pause_s", 0.0)
    cluster = everything.cluster()
    publisher = Publisher.from_url(cluster.nodes[0].url, flush_timeout_s=0)
    with one_frozen_of(cluster) as living:
        assert not all_of_the_living_have_theirs(publisher, living, within_s=5)
    publisher.close()
