"""Everything at once: whatever happens to links and reads, a consumer ends at the store's state."""

import contextlib

import anyio
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from progresskit.events import ProgressEvent
from progresskit.subscription import subscribe

FOR_EVER_S = 1e9


def progress(value=None, task="t", **fields):
    return ProgressEvent(project_id="p", task_name=task, run_id="r", progress=value, **fields)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.integers(1, 3)),
        st.tuples(st.just("publish"), st.integers(1, 3)),
        st.tuples(st.just("sleep"), st.sampled_from([0.0, 0.0, 0.3, 1.5, 6.0, 12.0])),
        st.tuples(st.just("wipe"), st.none()),
    ),
    max_size=15,
)
event_faults = st.lists(
    st.sampled_from(
        ["go", "go", "go", "lose", "repeat", "hold back", "delay", "end", "break", "half open", "flood"],
    ),
    max_size=15,
)
open_faults = st.lists(st.sampled_from(["go", "refuse", "hang", "slow"]), max_size=4)
read_faults = st.lists(st.sampled_from(["go", "refuse", "slow to go", "slow to come"]), max_size=8)
scenarios = st.fixed_dictionaries(
    {
        "steps": steps,
        "events": event_faults,
        "opens": open_faults,
        "reads": read_faults,
        "patience_s": st.sampled_from([FOR_EVER_S, FOR_EVER_S, 2.0, 0.8, 0.0]),
        "pause_s": st.sampled_from([0.01, 0.01, 0.2, 3.0]),
    }
)


async def play(bench, scenario):
    """Publish, lose, cut and repair as a scenario says, and come to the store within 10 s of the last fault."""
    store = bench.Store()
    link = bench.Link(store, events=scenario["events"], opens=scenario["opens"], reads=scenario["reads"])
    reader = bench.Reader(store)
    pause_s = scenario["pause_s"]

    async def consume(items):
        while True:
            with anyio.move_on_after(scenario["patience_s"]):
                reader.take(await anext(items))
            await anyio.sleep(pause_s if not healed else 0.01)

    healed = False
    async with subscribe(link, "p") as items:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(consume, items)
            for count, (step, amount) in enumerate(scenario["steps"]):
                match step:
                    case "publish":
                        store.publish(*(progress(task=f"t{number}", message=str(count)) for number in range(amount)))
                    case "sleep":
                        await anyio.sleep(amount)
                    case "wipe":
                        store.wipe()
            link.heal()
            healed = True
            await anyio.sleep(pause_s)
            tasks.cancel_scope.cancel()
        await reader.come_to_the_store(items, 10)


def run(bench, backend, scenario):
    anyio.run(play, bench, scenario, backend=backend, backend_options=bench.virtual(backend))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@given(scenario=scenarios)
def test_whatever_happens_a_consumer_ends_at_the_stores_state(bench, backend, scenario):
    run(bench, backend, scenario)


async def take_everything(follower, item, position):
    """Give whatever comes, without a look at its place."""
    follower._position = item.cursor
    return item


@pytest.mark.parametrize(
    ("name", "value"),
    [("COMPARE_S", FOR_EVER_S), ("_Follower._sort", take_everything)],
    ids=["without comparing", "without sorting"],
)
def test_without_protection_some_consumer_doesnt(bench, name, value, monkeypatch):
    monkeypatch.setattr(f"progresskit.subscription.{name}", value)

    def goes_wrong(scenario):
        with contextlib.suppress(AssertionError, TimeoutError, ExceptionGroup):
            run(bench, "asyncio", scenario)
            return False
        return True

    # `find` raises NoSuchExample where all goes well.
    quickly = settings(max_examples=500, database=None, derandomize=True, phases=[Phase.generate])
    find(scenarios, goes_wrong, settings=quickly)
