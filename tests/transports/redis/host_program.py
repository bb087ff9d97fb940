"""A process that reports a task as one kind of host does, step by step: driven by lines of JSON on stdin.

``begin`` makes a publisher and reports a first task; ``work`` reports a second one, and the same without anybody
to report to; ``end`` flushes what is left. Each is answered by one line on stdout.
"""

import asyncio
import json
import logging
import os
import sys
import threading
import time

from progresskit import NullReporter, Publisher

KIND = sys.argv[1]  # "gevent" is started by gevent.monkey
STEPS = 2_000
FLUSH_S = 0.3


class Records(logging.Handler):
    """Keeps all that is logged, whole, with tracebacks and extras."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.texts = []

    def emit(self, record):
        self.texts.append(f"{self.format(record)} {vars(record)}")


def work(task):
    """Do what a task does; its result depends on nothing but itself."""
    total = 0
    for step in range(STEPS):
        task.progress(step / STEPS, f"step {step}", {"step": step} if step % 10 == 0 else None)
        total += step
    task.status("retrying", "once more")
    task.complete({"total": total})
    return total


def timed(call):
    began = time.monotonic()
    result = call()
    return result, time.monotonic() - began


def in_thread(call):
    """Call in a thread, as a pool of threads does."""
    results = []
    thread = threading.Thread(target=lambda: results.append(call()))
    thread.start()
    thread.join()
    return results[0]


async def work_async(reporter):
    async with reporter as task:
        result, calls_s = timed(lambda: work(task))
        began = time.monotonic()
    return result, calls_s, time.monotonic() - began


def work_in(reporter):
    """Report a task, and return its result, the seconds of all calls, and of leaving."""
    if KIND == "asyncio":
        return asyncio.run(work_async(reporter))
    with reporter as task:
        result, calls_s = timed(lambda: work(task))
        began = time.monotonic()
    return result, calls_s, time.monotonic() - began


class Host:
    def __init__(self):
        self.records = Records()
        logging.getLogger().addHandler(self.records)
        logging.getLogger().setLevel(logging.DEBUG)
        self.publisher = None
        self.project_id = None

    def begin(self, url, project_id):
        self.records.texts.clear()
        self.publisher = Publisher.from_url(url, flush_timeout_s=0.5)
        self.project_id = project_id
        with self.publisher.task(project_id, "before") as task:
            task.progress(0.5)
        return {"flushed": self.publisher.flush(10)}

    def work(self):
        call = in_thread if KIND == "thread" else lambda call: call()
        alone, _calls_s, _leaving_s = call(lambda: work_in(NullReporter()))
        reporter = self.publisher.task(self.project_id, "work")
        result, calls_s, leaving_s = call(lambda: work_in(reporter))
        flushed, flush_s = timed(lambda: self.publisher.flush(FLUSH_S))
        return {
            "alone": alone,
            "result": result,
            "calls_s": calls_s,
            "leaving_s": leaving_s,
            "flushed": flushed,
            "flush_s": flush_s,
            "statistics": self.publisher.statistics(),
        }

    def end(self):
        flushed, flush_s = timed(lambda: self.publisher.flush(10))
        answer = {"flushed": flushed, "flush_s": flush_s, "logged": self.records.texts}
        self.publisher.close()
        return answer


def next_line():
    if KIND == "gevent":
        import gevent  # noqa: PLC0415 - only here is it at work

        return gevent.get_hub().threadpool.apply(sys.stdin.readline)
    return sys.stdin.readline()


def main():
    host = Host()
    child = None
    while line := next_line():
        ask = json.loads(line)
        step = ask.pop("step")
        if step == "work" and KIND == "prefork":
            child = os.fork()  # the publisher is the parent's, used by then, and so is its connection
            if child:
                os.waitpid(child, 0)
                continue
        print(json.dumps(getattr(host, step)(**ask)), flush=True)
        if step == "end" and child == 0:
            os._exit(0)


main()
