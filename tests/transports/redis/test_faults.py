"""What the store or the network does reaches no task: it is not failed, not held up, and nothing of it is lost.

Seven faults, on a server behind a proxy, by four kinds of host (see host_program.py), each a process of its own;
the four meet each fault at the same time.
"""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest
import redis

from progresskit.transports.redis import RedisTransport

HOSTS = ["prefork", "thread", "asyncio", "gevent"]
SECRET, OTHER_SECRET = "s3cret-w0rd", "0ther-s3cret"
SLACK_S = 1.0  # of a machine that has much else to do


class Place:
    """A server with a password, behind a proxy."""

    def __init__(self, everything):
        self.everything = everything
        self.store = everything.store(password=SECRET)
        self.proxy = everything.proxy(self.store)
        self.url = self.store.url_at(self.proxy.port)

    def stand_behind(self):
        self.store.follow(self.everything.store(password=SECRET))


FAULTS = {  # how each begins, and ends, and what the log says of it
    "refused": (lambda at: at.proxy.refuse(), lambda at: at.proxy.mend(), "refused|reset"),
    "reset": (lambda at: at.proxy.reset(), lambda at: at.proxy.mend(), "reset|closed"),
    "blackhole": (lambda at: at.proxy.blackhole(), lambda at: at.proxy.mend(), "[Tt]imed? ?out"),
    "sigstop": (lambda at: at.store.freeze(), lambda at: at.store.thaw(), "[Tt]imed? ?out"),
    "oom": (lambda at: at.store.fill_up(), lambda at: at.store.make_room(), "is full"),
    "wrong-password": (
        lambda at: at.store.change_password(OTHER_SECRET),
        lambda at: at.store.change_password(SECRET),
        "refuses the user or password",
    ),
    "readonly": (Place.stand_behind, lambda at: at.store.lead(), "is a replica"),
}


class Hosts:
    """The four kinds of host, each in a process."""

    def __init__(self):
        python = [sys.executable, "-W", "ignore::DeprecationWarning"]
        program = str(Path(__file__).with_name("host_program.py"))
        commands = {kind: [*python, program, kind] for kind in HOSTS}
        commands["gevent"] = [*python, "-m", "gevent.monkey", program, "gevent"]
        self._processes = {
            kind: subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for kind, command in commands.items()
        }
        self._pool = ThreadPoolExecutor(len(HOSTS))

    def step(self, step, **options):
        """Have all of them do a step at the same time, and return their answers by kind."""
        return dict(zip(HOSTS, self._pool.map(lambda kind: self._ask(kind, step, **options), HOSTS), strict=True))

    def _ask(self, kind, step, **options):
        if step == "begin":
            options["project_id"] = kind
        process = self._processes[kind]
        process.stdin.write(json.dumps({"step": step, **options}) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    def end(self):
        for process in self._processes.values():
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
            process.stdout.close()
        self._pool.shutdown()


@pytest.fixture(scope="module")
def hosts(program, require_component):
    program("valkey")  # where there is none, nothing needs to be started
    require_component("gevent")
    running = Hosts()
    yield running
    running.end()


@pytest.fixture(scope="module")
def met(hosts, lasting):
    """Return ``met(fault)``: what became of each host that met it."""
    known = {}

    def meet(fault):
        begin, end, _said = FAULTS[fault]
        at = Place(lasting)
        began = hosts.step("begin", url=at.url)
        begin(at)
        try:
            with redis.Redis.from_url(at.url, socket_timeout=0.3, retry=None) as client:
                client.set("key", "value")
        except redis.RedisError as error:
            plain = error
        else:
            plain = None
        worked = hosts.step("work")
        end(at)
        ended = hosts.step("end")
        states = {kind: read(at.store.url, kind) for kind in HOSTS}
        return plain, {kind: (began[kind], worked[kind], ended[kind], states[kind]) for kind in HOSTS}

    def get(fault):
        if fault not in known:
            known[fault] = meet(fault)
        return known[fault]

    return get


def read(url, project_id):
    transport = RedisTransport(url)
    try:
        return anyio.run(transport.read, project_id)
    finally:
        transport.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_a_fault(met, fault):
    """Control: redis-py itself can't write while it lasts."""
    plain, _hosts = met(fault)
    assert isinstance(plain, redis.RedisError)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_reaches_the_task(met, fault, host):
    began, worked, ended, snapshot = met(fault)[1][host]
    assert began["flushed"], "control: without the fault all is delivered"
    assert worked["result"] == worked["alone"], "the result is that with a NullReporter"
    assert worked["calls_s"] < 1, "no call waits for the store"
    assert worked["leaving_s"] < 0.5 + SLACK_S, "leaving takes no longer than its deadline"
    assert not worked["flushed"], "nobody has answered"
    assert worked["flush_s"] < 0.3 + SLACK_S, "flush takes no longer than its deadline"
    assert worked["statistics"]["failures"] > 0
    assert worked["statistics"]["dropped"] == 0
    assert ended["flushed"], "what was kept is delivered once the fault is over"
    state = snapshot.get("work")
    assert state is not None
    assert (state.status, state.result) == ("completed", {"total": worked["alone"]})


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("fault", FAULTS)
def test_the_log_says_what_is_wrong_and_no_password(met, fault, host):
    _began, worked, ended, _snapshot = met(fault)[1][host]
    said = [text for text in ended["logged"] if "progress can't be delivered" in text]
    assert said
    assert re.search(FAULTS[fault][2], said[0]), said
    everything = json.dumps([worked["statistics"], ended["logged"]])
    assert SECRET not in everything
    assert OTHER_SECRET not in everything
