import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { configure, connect, type ConnectOptions, type ProjectStore, type TaskEvent } from "../src/index.js";
import { peek } from "../src/store.js";
import { event, snapshot, state } from "./frames.js";
import { FakeSocket, FakeStream, fakeHost, liveSockets, settled } from "./host.js";

const GATEWAY = "https://api.test/api/v1/ws";
let open: ProjectStore[];

beforeEach(() => {
  const host = fakeHost();
  vi.stubGlobal("WebSocket", host.WebSocket);
  vi.stubGlobal("fetch", host.fetch);
  open = [];
});
afterEach(async () => {
  for (const store of open) store.close();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(liveSockets(), "sockets that stay").toEqual([]);
  expect(vi.getTimerCount(), "timers that stay").toBe(0);
  configure({});
  vi.useRealTimers();
});

async function follow(projectId = "p", options: ConnectOptions = {}, url: string | undefined = GATEWAY) {
  const store = connect(url, projectId, options);
  open.push(store);
  await settled();
  return store;
}

describe("a snapshot", () => {
  it("is of a project that is connecting, at first", async () => {
    const store = await follow();
    expect(store.getSnapshot()).toMatchObject({ connection: "connecting", cursor: null, actions: [], retryAt: null });
    expect(store.getSnapshot().tasks.size).toBe(0);
  });

  it("is the same object while nothing changed, and another one since", async () => {
    const store = await follow();
    FakeSocket.last.send(snapshot(1, [state("a", 1)], { actions: ["watch", "cancel"] }));
    const before = store.getSnapshot();
    expect(before).toMatchObject({ connection: "open", cursor: "e1:1", actions: ["watch", "cancel"] });
    FakeSocket.last.send({ type: "heartbeat", cursor: "e1:1" });
    FakeSocket.last.send(event("a", 1));
    expect(store.getSnapshot()).toBe(before);
    FakeSocket.last.send(event("a", 2, { progress: 0.5 }));
    expect(store.getSnapshot().tasks.get("a")!.progress).toBe(0.5);
    expect(before.tasks.get("a")!.progress).toBeNull();
  });

  it.each([[null], ["cancel"], [{ 0: "cancel" }]])("keeps the actions where a frame's are none: %j", async (actions) => {
    const store = await follow();
    FakeSocket.last.send(snapshot(1, [], { actions: ["watch"] }), snapshot(2, [], { resumed: true, actions }), [null, [], 7]);
    expect(store.getSnapshot()).toMatchObject({ cursor: "e1:2", actions: ["watch"] });
  });

  it("keeps the tasks, and the states that didn't change, while the connection is away", async () => {
    const store = await follow();
    FakeSocket.last.send(snapshot(2, [state("a", 1), state("b", 2)]));
    const { tasks } = store.getSnapshot();
    FakeSocket.last.end();
    expect(store.getSnapshot()).toMatchObject({ connection: "reconnecting", closeCode: 1006 });
    expect(store.getSnapshot().tasks).toBe(tasks);
    await vi.advanceTimersByTimeAsync(500);
    FakeSocket.last.send(snapshot(3, [state("b", 3)], { resumed: true }));
    expect(store.getSnapshot().tasks.get("a")).toBe(tasks.get("a"));
  });
});

describe("listeners", () => {
  it("are told once for each message, when all of it is in", async () => {
    const store = await follow();
    const seen: (number | undefined)[] = [];
    const end = store.subscribe(() => seen.push(store.getSnapshot().tasks.size));
    FakeSocket.last.send(snapshot(1), event("a", 2), event("b", 3));
    expect(seen).toEqual([2]);
    FakeSocket.last.send({ type: "heartbeat", cursor: "e1:3" });
    expect(seen).toEqual([2]);
    end();
    FakeSocket.last.send(event("c", 4));
    expect(seen).toEqual([2]);
  });

  it("may be the same function twice, and end twice", async () => {
    const store = await follow();
    const listener = vi.fn();
    const end = store.subscribe(listener);
    store.subscribe(listener);
    end();
    end();
    FakeSocket.last.send(snapshot(1));
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("may come and go while others are told: who left hears nothing more, who came hears what follows", async () => {
    const store = await follow();
    const [gone, come] = [vi.fn(), vi.fn()];
    const ends = [store.subscribe(() => [ends[1]!(), store.subscribe(come)]), store.subscribe(gone)];
    FakeSocket.last.send(snapshot(1));
    expect([gone, come].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    ends[0]!();
    FakeSocket.last.send(event("a", 2));
    expect([gone, come].map(({ mock }) => mock.calls.length)).toEqual([0, 1]);
  });

  it("may close the store they are told by", async () => {
    const store = await follow();
    const after = vi.fn();
    store.on("*", () => store.close());
    store.on("*", after);
    store.subscribe(after);
    FakeSocket.last.send(snapshot(1), event("a", 2), event("a", 3));
    expect(after).not.toHaveBeenCalled();
  });

  it("that fail fail alone, and aloud", async () => {
    const store = await follow();
    const other = vi.fn();
    store.subscribe(() => {
      throw new Error("the page's own");
    });
    store.on("*", () => {
      throw new Error("the page's own too");
    });
    store.subscribe(other);
    FakeSocket.last.send(snapshot(1));
    expect(other).toHaveBeenCalledTimes(1);
    expect(() => vi.runOnlyPendingTimers()).toThrow("the page's own");
    FakeSocket.last.send(event("a", 2));
    expect(other).toHaveBeenCalledTimes(2);
    expect(() => vi.runOnlyPendingTimers()).toThrow("the page's own");
  });
});

describe("events", () => {
  it("are heard by type, or all, and never snapshots and heartbeats", async () => {
    const heard: string[] = [];
    const said = (who: string) => (event: TaskEvent) => heard.push(`${who} ${event.type} ${event.cursor}`);
    const store = await follow("p", { onEvent: said("option") });
    store.on("*", said("all"));
    store.on("completed", said("completed"));
    FakeSocket.last.send(snapshot(1, [state("a", 1)]), { type: "heartbeat", cursor: "e1:1" }, { type: "pong" });
    FakeSocket.last.send(event("a", 2), event("a", 2), event("a", 3, { type: "completed", status: "completed" }));
    expect(heard).toEqual([
      "option progress e1:2",
      "all progress e1:2",
      "option completed e1:3",
      "all completed e1:3",
      "completed completed e1:3",
    ]);
  });

  it("are heard when the snapshot has them", async () => {
    const store = await follow();
    const progress: unknown[] = [];
    store.on("progress", (event) => progress.push([event.progress, store.getSnapshot().tasks.get("a")!.progress]));
    FakeSocket.last.send(snapshot(1), event("a", 2, { progress: 0.5 }));
    expect(progress).toEqual([[0.5, 0.5]]);
  });
});

describe("one connection", () => {
  it("serves all who want the same project of the same gateway with the same credentials", async () => {
    const token = () => "t";
    const one = await follow("p", { token });
    FakeSocket.last.send(snapshot(1, [state("a", 1)]));
    const other = await follow("p", { token }, "wss://api.test/api/v1/ws/");
    expect(FakeSocket.all).toHaveLength(1);
    expect(other.getSnapshot()).toBe(one.getSnapshot());
  });

  it.each<[string, string, ConnectOptions, string]>([
    ["project", "q", {}, GATEWAY],
    ["token", "p", { token: "t" }, GATEWAY],
    ["gateway", "p", {}, "https://other.test/api/v1/ws"],
    ["transport", "p", { transport: "websocket" }, GATEWAY],
  ])("isn't shared with another %s", async (_, projectId, options, url) => {
    await follow();
    await follow(projectId, options, url);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("is closed 1 s after its last user left", async () => {
    const [one, other] = [await follow(), await follow()];
    FakeSocket.last.send(snapshot(1));
    one.close();
    one.close(); // counts once
    await vi.advanceTimersByTimeAsync(2_000);
    expect(FakeSocket.last.closed).toBe(false);
    other.close();
    await vi.advanceTimersByTimeAsync(999);
    expect(FakeSocket.last.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(FakeSocket.last.closed).toBe(true);
    expect(other.getSnapshot().connection).toBe("closed");
    await follow();
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("is kept for who comes back within that second", async () => {
    const one = await follow();
    FakeSocket.last.send(snapshot(1, [state("a", 1)]));
    one.close();
    await vi.advanceTimersByTimeAsync(900);
    const other = await follow();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect(other.getSnapshot()).toMatchObject({ connection: "open", cursor: "e1:1" });
  });

  it("tells nothing to who left, and goes on for the others", async () => {
    const [one, other] = [await follow(), await follow()];
    const [gone, there] = [vi.fn(), vi.fn()];
    one.subscribe(gone);
    one.on("*", gone);
    other.subscribe(there);
    one.close();
    one.subscribe(gone);
    one.on("*", gone)();
    FakeSocket.last.send(snapshot(1), event("a", 2));
    expect(gone).not.toHaveBeenCalled();
    expect(there).toHaveBeenCalledTimes(1);
  });

  it("that was refused tries again for who asks anew", async () => {
    await follow();
    FakeSocket.last.end(4401);
    const other = await follow();
    FakeSocket.last.send(snapshot(1));
    expect(other.getSnapshot()).toMatchObject({ connection: "open", closeCode: null });
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("that waits for its next try isn't hurried by who comes: many may come at once", async () => {
    await follow("p", { transport: "websocket" });
    FakeSocket.last.end();
    for (let user = 0; user < 5; user++) await follow("p", { transport: "websocket" });
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("that waits, or was refused, tries at once for who says so, and goes on from the cursor", async () => {
    const store = await follow();
    FakeSocket.last.send(snapshot(1, [state("a", 1)]));
    for (const [tries, code] of [[2, 1012], [3, 4404]] as const) {
      FakeSocket.last.end(code);
      store.retry();
      store.retry(); // it is being tried
      await settled();
      expect(FakeSocket.all).toHaveLength(tries);
      expect(FakeSocket.last.url.searchParams.get("after")).toBe("e1:1");
      FakeSocket.last.send(snapshot(1, [], { resumed: true }));
      expect(store.getSnapshot()).toMatchObject({ connection: "open", tasks: new Map([["a", { cursor: "e1:1" }]]) });
    }
  });

  it("isn't opened again by who left", async () => {
    const store = await follow();
    store.close();
    await vi.advanceTimersByTimeAsync(1_000);
    store.retry();
    await settled();
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("can be looked at without being opened", async () => {
    expect(peek(GATEWAY, "p", {}).connection).toBe("connecting");
    expect(FakeSocket.all).toEqual([]);
    const store = await follow();
    FakeSocket.last.send(snapshot(1));
    expect(peek(GATEWAY, "p", {})).toBe(store.getSnapshot());
  });
});

describe("the cursor", () => {
  it("that a page kept is where it goes on from", async () => {
    const store = await follow("p", { after: "e1:5" });
    expect(FakeSocket.last.url.searchParams.get("after")).toBe("e1:5");
    FakeSocket.last.send(snapshot(6, [state("a", 6)], { resumed: true }));
    FakeSocket.last.end();
    await vi.advanceTimersByTimeAsync(500);
    expect(FakeSocket.last.url.searchParams.get("after")).toBe("e1:6");
    expect(store.getSnapshot().tasks.size).toBe(1);
  });
});

describe("the gateway", () => {
  it("is said once, with a token that goes nowhere else", async () => {
    configure({ url: "https://api.test/ws", token: "secret" });
    await follow("p", {}, undefined as never);
    expect(FakeSocket.last.url.href).toBe("wss://api.test/api/v1/ws/projects/p/stream?batch=1");
    configure({ url: "https://api.test/ws", token: "secret" });
    open.push(connect(undefined, "q"));
    await settled();
    expect(FakeSocket.last.url.href).toBe("wss://api.test/ws/projects/q/stream?batch=1");
    expect(FakeSocket.last.protocols).toHaveLength(2);
    await follow("q", {}, "https://elsewhere.test");
    expect(FakeSocket.last.protocols).toHaveLength(1);
  });

  it("is the build's, or the page's own origin, where nobody said", async () => {
    vi.stubGlobal("location", new URL("http://localhost:3000/projects/1?x=y#z"));
    open.push(connect(undefined, "p"));
    await settled();
    expect(FakeSocket.last.url.href).toBe("ws://localhost:3000/api/v1/ws/projects/p/stream?batch=1");
    vi.stubEnv("NEXT_PUBLIC_PROGRESSKIT_URL", "https://built.test/ws");
    open.push(connect(undefined, "p"));
    await settled();
    expect(FakeSocket.last.url.href).toBe("wss://built.test/ws/projects/p/stream?batch=1");
    vi.unstubAllEnvs();
  });

  it("is no URL: that is a mistake of the page", () => {
    expect(() => connect("http://", "p")).toThrow(TypeError);
  });

  it("gets a project's name as one piece of the path", async () => {
    await follow("a/b?c");
    expect(FakeSocket.last.url.pathname).toBe("/api/v1/ws/projects/a%2Fb%3Fc/stream");
  });
});

describe("cancelling", () => {
  const asked = async (answer: (stream: FakeStream) => Promise<void>) => {
    const store = await follow("p", { token: () => Promise.resolve("t") });
    const done = store.cancel("render ✓");
    done.catch(() => {});
    await settled();
    await answer(FakeStream.last);
    return done;
  };

  it("asks the gateway, with the credentials", async () => {
    expect(await asked((stream) => stream.refuse(202))).toBe(true);
    const { url, init, headers } = FakeStream.last;
    expect([init.method, url.href, init.body]).toEqual(["POST", `${GATEWAY}/projects/p/cancel`, '{"task_name":"render ✓"}']);
    expect([headers.get("content-type"), headers.get("authorization")]).toEqual(["application/json", "Bearer t"]);
    expect(init.credentials, "cookies, to another origin too").toBe("include");
  });

  it("tells where there is nothing to cancel", async () => {
    expect(await asked((stream) => stream.refuse(409))).toBe(false);
  });

  it("fails where it was refused, or lost", async () => {
    await expect(asked((stream) => stream.refuse(404))).rejects.toThrow("HTTP 404");
    await expect(asked((stream) => stream.break())).rejects.toThrow("Failed to fetch");
  });
});
