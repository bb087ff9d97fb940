"""The public kit passes on Redis: on Valkey and Redis, in a cluster, by Sentinel."""

import pytest

from progresskit.testing import transport_checks


@pytest.fixture(scope="session")
def made(lasting, request):
    """Return ``made(kind)``: a store for all checks, and the proxies before it."""
    known = {}

    def make(kind):
        if kind == "cluster":
            return request.getfixturevalue("proxied_cluster")
        proxies = []

        def make_proxy(store):
            proxies.append(lasting.proxy(store))
            return proxies[-1]

        if kind == "sentinel":
            # While the checks cut its links it doesn't answer; it is to stay the primary all the same.
            return lasting.watched(replicas=0, down_after_ms=60_000, make_proxy=make_proxy), proxies
        store = lasting.store(kind)
        make_proxy(store)
        return store, proxies

    def get(kind):
        if kind not in known:
            known[kind] = make(kind)
        return known[kind]

    return get


def cases():
    """Return which check runs on which store and loop; what would only repeat itself is for the long form."""
    for kind in ("valkey", "redis-server", "cluster", "sentinel"):
        for loop in ("asyncio", "trio"):
            for check in transport_checks:
                first = (kind, loop) == ("valkey", "asyncio")
                slow = check.__name__ == "a_silent_loss_is_found" and not first
                long = slow or (loop == "trio" and kind != "valkey")
                marks = [pytest.mark.long] if long else []
                yield pytest.param(kind, loop, check, id=f"{kind}-{loop}-{check.__name__}", marks=marks)


@pytest.mark.parametrize(("kind", "anyio_backend", "check"), list(cases()), indirect=["anyio_backend"])
async def test_the_public_kit_passes(kind, check, made, harness):
    store, proxies = made(kind)
    makes = {"cluster": harness.ClusterHarness, "sentinel": harness.SentinelHarness}
    await check(makes.get(kind, harness.RedisHarness)(store, proxies, patience_s=10))
