import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openConnection, type Connection, type ConnectionOptions, type ConnectionStatus } from "../src/connection.js";
import type { Frame } from "../src/fold.js";
import { event, snapshot } from "./frames.js";
import { FakeSocket, FakeStream, fakeHost, liveSockets, settled } from "./host.js";

let host: ReturnType<typeof fakeHost>;
let connection: Connection;
let status: ConnectionStatus;
let states: string[];
let frames: Frame[];
let cursor: string | null;

beforeEach(() => {
  host = fakeHost();
  [states, frames, cursor] = [[], [], null];
});
afterEach(() => {
  connection.stop();
  expect(host.listening(), "listeners that stay").toBe(0);
  expect(vi.getTimerCount(), "timers that stay").toBe(0);
  expect(liveSockets(), "sockets that stay").toEqual([]);
  vi.useRealTimers();
});

async function start(options: Partial<ConnectionOptions> = {}): Promise<void> {
  connection = openConnection(
    {
      project: "https://api.test/api/v1/ws/projects/p",
      transport: "websocket",
      token: null,
      cursor: () => cursor,
      onChange: (next, more) => {
        if (next.connection !== status?.connection || !states.length) states.push(next.connection);
        status = next;
        frames.push(...more);
      },
      ...options,
    },
    host,
  );
  await settled();
}

async function opened(options: Partial<ConnectionOptions> = {}): Promise<FakeSocket> {
  await start(options);
  FakeSocket.last.send(snapshot(1, [], { actions: ["watch"] }));
  return FakeSocket.last;
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

describe("a link", () => {
  it("asks for batches by the protocol's name, without a cursor at first", async () => {
    await start();
    expect(FakeSocket.last.url.href).toBe("wss://api.test/api/v1/ws/projects/p/stream?batch=1");
    expect(FakeSocket.last.protocols).toEqual(["progresskit.v1"]);
  });

  it("stays plain where the gateway is", async () => {
    await start({ project: "http://localhost:8000/projects/p" });
    expect(FakeSocket.last.url.protocol).toBe("ws:");
  });

  it("is open with the first snapshot, not before", async () => {
    await start();
    FakeSocket.last.open();
    expect(states).toEqual(["connecting"]);
    FakeSocket.last.send(snapshot(1));
    expect(states).toEqual(["connecting", "open"]);
  });

  it("takes frames alone and in batches, and skips what is none", async () => {
    const socket = await opened();
    frames = [];
    socket.send(event("a", 2));
    socket.send(event("a", 3), event("a", 4));
    socket.onmessage!({ data: "no JSON" });
    expect(frames.map((frame) => frame!.cursor)).toEqual(["e1:2", "e1:3", "e1:4"]);
  });

  it("says its token in a subprotocol that any token fits in", async () => {
    await start({ token: "sécret/+?~한" });
    const [, bearer] = FakeSocket.last.protocols;
    expect(bearer).toMatch(/^bearer\.[A-Za-z0-9_-]+$/);
    const bytes = Uint8Array.from(atob(bearer!.slice(7).replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    expect(new TextDecoder().decode(bytes)).toBe("sécret/+?~한");
  });

  it("is given up quietly while it is being opened", async () => {
    await start();
    const socket = FakeSocket.last;
    connection.stop();
    expect(socket.closed).toBe(false); // browsers complain about that
    socket.open();
    expect(socket.closed).toBe(true);
  });
});

describe("a lost link", () => {
  it("is opened anew after a random wait, the first one too, under a bound that doubles up to 20 s", async () => {
    await start();
    for (const bound of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]) {
      FakeSocket.last.end();
      expect(status.retryAt).toBe(Date.now() + bound / 2);
      const tries = FakeSocket.all.length;
      await pass(bound / 2 - 1);
      expect(FakeSocket.all).toHaveLength(tries);
      await pass(1);
      expect(FakeSocket.all).toHaveLength(tries + 1);
    }
  });

  it("may be opened anew at once, by the dice", async () => {
    const socket = await opened();
    host.draw = 0;
    socket.end();
    await pass(0);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("goes on from the cursor", async () => {
    const socket = await opened();
    cursor = "e1:7";
    socket.end();
    await pass(500);
    expect(FakeSocket.last.url.searchParams.get("after")).toBe("e1:7");
  });

  it("counts as a failure unless it lasted", async () => {
    for (const bound of [500, 1_000]) {
      if (bound === 500) await opened();
      else FakeSocket.last.send(snapshot(1));
      FakeSocket.last.end();
      expect(status.retryAt! - Date.now()).toBe(bound / 2);
      await pass(bound / 2);
    }
    FakeSocket.last.send(snapshot(1));
    await pass(10_001);
    FakeSocket.last.end();
    expect(status.retryAt! - Date.now()).toBe(250);
  });

  it("waits as long as the server said, and then its random time", async () => {
    const socket = await opened();
    socket.send({ type: "closing", retry_after_ms: 1_000 });
    socket.end(1012);
    expect(status).toMatchObject({ connection: "reconnecting", closeCode: 1012, retryAt: Date.now() + 1_250 });
  });

  it.each([["soon"], [-5], [null], [Number.MAX_VALUE]])("bears a strange word of the server: %j", async (said) => {
    const socket = await opened();
    socket.send({ type: "closing", retry_after_ms: said });
    socket.end(1012);
    expect(status.retryAt! - Date.now()).toBeLessThanOrEqual(60_250);
    expect(status.retryAt! - Date.now()).toBeGreaterThanOrEqual(250);
  });

  it("backs off fully where there are too many", async () => {
    await start();
    FakeSocket.last.end(4429);
    expect(status.retryAt! - Date.now()).toBe(10_000);
  });

  it("says so, and that it is back", async () => {
    const socket = await opened();
    socket.end();
    await pass(500);
    FakeSocket.last.send(snapshot(1));
    expect(states).toEqual(["connecting", "open", "reconnecting", "open"]);
    expect(status).toEqual({ connection: "open", closeCode: null, retryAt: null });
  });

  it("tells nothing more", async () => {
    const socket = await opened();
    const { onmessage, onclose } = socket;
    socket.end();
    await pass(500);
    FakeSocket.last.send(snapshot(1));
    frames = [];
    socket.onmessage?.({ data: JSON.stringify(event("a", 2)) });
    expect([socket.onmessage, socket.onclose]).toEqual([null, null]);
    expect(onmessage && onclose).toBeTruthy();
    expect(frames).toEqual([]);
  });
});

describe("a refusal", () => {
  it.each([4400, 4401, 4404])("%i is final", async (code) => {
    await start();
    FakeSocket.last.end(code);
    await pass(60_000);
    host.emit("online");
    host.emit("offline");
    host.emit("visibilitychange");
    await pass(60_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect(status).toEqual({ connection: "closed", closeCode: code, retryAt: null });
  });

  it.each([1000, 1006, 1009, 1011, 1012, 4408, 4429])("%i is not", async (code) => {
    await start();
    FakeSocket.last.end(code);
    await pass(10_000);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("is taken back where somebody asks again", async () => {
    await start();
    FakeSocket.last.end(4401);
    connection.hurry();
    await settled();
    FakeSocket.last.send(snapshot(1));
    expect(states).toEqual(["connecting", "closed", "reconnecting", "open"]);
  });
});

describe("credentials", () => {
  it("are asked for anew before every link", async () => {
    let asked = 0;
    const socket = await opened({ token: () => Promise.resolve(`t${++asked}`) });
    socket.end(4408);
    await pass(500);
    expect(FakeSocket.all.map(({ protocols }) => atob(protocols[1]!.slice(7)))).toEqual(["t1", "t2"]);
  });

  it("that can't be had are a failure like another", async () => {
    let asked = 0;
    await start({
      token: () => {
        if (++asked === 1) throw new Error("the identity server is down");
        return "t";
      },
    });
    expect(status.connection).toBe("reconnecting");
    await pass(500);
    expect(FakeSocket.last.protocols).toHaveLength(2);
  });

  it("may take their time, and come too late", async () => {
    const given: ((token: string) => void)[] = [];
    await start({ token: () => new Promise((resolve) => given.push(resolve)) });
    await pass(30_000);
    host.emit("visibilitychange");
    await pass(1_000);
    expect(given).toHaveLength(1);
    connection.stop();
    given[0]!("late");
    await settled();
    expect(FakeSocket.all).toEqual([]);
  });

  it("that never come are asked for again, and tell nothing of sockets", async () => {
    const given: ((token: string) => void)[] = [];
    await start({ transport: "auto", token: () => new Promise((resolve) => given.push(resolve)) });
    await pass(40_000);
    given[0]!("late");
    given[1]!("t");
    await settled();
    expect(FakeSocket.all.map(({ protocols }) => atob(protocols[1]!.slice(7)))).toEqual(["t"]);
    expect([given.length, FakeStream.all.length]).toEqual([2, 0]);
  });
});

describe("silence", () => {
  it("after two missed heartbeats is a lost link", async () => {
    const socket = await opened();
    for (let beat = 0; beat < 4; beat++) {
      await pass(15_000);
      socket.send({ type: "heartbeat", cursor: "e1:1" });
    }
    expect(status.connection).toBe("open");
    await pass(34_000);
    expect(status.connection).toBe("open");
    await pass(4_000);
    expect(status.connection).not.toBe("open");
    expect(socket.closed).toBe(true);
    await pass(500);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("of a link that is being opened is given 10 s", async () => {
    await start();
    FakeSocket.last.open();
    await pass(13_000);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("of a socket that never opens ends it, since a browser opens one at a time", async () => {
    await start();
    const [dead] = FakeSocket.all;
    await pass(13_000);
    expect([dead!.closed, FakeSocket.all.length]).toEqual([true, 2]);
    connection.stop(); // nothing is wrong with this one: browsers log an error where it is closed before it is open
    expect(FakeSocket.last.closed).toBe(false);
    FakeSocket.last.open();
    expect(FakeSocket.last.closed).toBe(true);
  });

  it("is hidden by a clock that is set back, so that counts as silence", async () => {
    const socket = await opened();
    vi.setSystemTime(Date.now() - 3_600_000);
    await pass(3_000);
    expect(socket.closed).toBe(true);
    await pass(500);
    FakeSocket.last.send(snapshot(1));
    await pass(30_000);
    expect([status.connection, FakeSocket.all.length]).toEqual(["open", 2]);
  });

  it("is looked at when the page becomes visible: timers may have slept", async () => {
    const socket = await opened();
    vi.setSystemTime(Date.now() + 3_600_000);
    host.emit("visibilitychange");
    expect(socket.closed).toBe(true);
    expect(status.connection).toBe("reconnecting");
  });
});

describe("the browser's word", () => {
  it("online connects at once, whatever the wait", async () => {
    await start();
    FakeSocket.last.end(4429);
    host.emit("online");
    await settled();
    expect(FakeSocket.all).toHaveLength(2);
    host.emit("online"); // it is being tried: nothing to hurry
    await settled();
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("visible connects at once, hidden doesn't", async () => {
    await start();
    FakeSocket.last.end(4429);
    host.document.visibilityState = "hidden";
    host.emit("visibilitychange");
    await settled();
    expect(FakeSocket.all).toHaveLength(1);
    host.document.visibilityState = "visible";
    host.emit("visibilitychange");
    await settled();
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("offline is tried once, since it may be wrong, and then believed until it is taken back", async () => {
    const socket = await opened();
    host.navigator.onLine = false;
    host.emit("offline");
    await settled();
    expect(socket.closed).toBe(true);
    FakeSocket.last.end();
    expect(status.connection).toBe("offline");
    await pass(600_000);
    expect(FakeSocket.all).toHaveLength(2);
    host.navigator.onLine = true;
    host.emit("online");
    await settled();
    FakeSocket.last.send(snapshot(1));
    expect(states).toEqual(["connecting", "open", "reconnecting", "offline", "reconnecting", "open"]);
  });

  it("offline doesn't part a page from a server on its own machine", async () => {
    host.navigator.onLine = false;
    await opened();
    expect(status.connection).toBe("open");
    host.emit("offline");
    await settled();
    FakeSocket.last.send(snapshot(1));
    expect(status.connection).toBe("open");
  });
});

describe("where upgrades are blocked", () => {
  const blocked = async () => {
    await start({ transport: "auto", token: "t" });
    FakeSocket.last.end();
    await settled();
  };

  it("events are tried on the spot", async () => {
    await blocked();
    expect(FakeStream.last.url.href).toBe("https://api.test/api/v1/ws/projects/p/events");
    expect(FakeStream.last.headers.get("authorization")).toBe("Bearer t");
    await FakeStream.last.open();
    await FakeStream.last.send(snapshot(1)!);
    expect(states).toEqual(["connecting", "open"]);
  });

  it("an upgrade that is swallowed counts too", async () => {
    await start({ transport: "auto" });
    await pass(13_000);
    expect(FakeStream.all).toHaveLength(1);
  });

  it("a browser that has no sockets gets events", async () => {
    host.WebSocket = undefined as never;
    await start({ transport: "auto" });
    expect(FakeStream.all).toHaveLength(1);
  });

  it("a server that is down fails both, and is met by a socket again", async () => {
    await blocked();
    await FakeStream.last.break();
    expect(status.connection).toBe("reconnecting");
    await pass(500);
    expect([FakeSocket.all.length, FakeStream.all.length]).toEqual([2, 1]);
  });

  it("a link that worked, or that the server closed, is opened by a socket again", async () => {
    const socket = await opened({ transport: "auto" });
    socket.end();
    await pass(500);
    FakeSocket.last.end(1012);
    await pass(1_000);
    expect([FakeSocket.all.length, FakeStream.all.length]).toEqual([3, 0]);
  });

  it("nothing else is tried by who wants sockets only", async () => {
    await start();
    FakeSocket.last.end();
    await pass(500);
    expect(FakeStream.all).toEqual([]);
  });
});

describe("by events", () => {
  const streaming = async () => {
    await start({ transport: "sse" });
    await FakeStream.last.open();
    await FakeStream.last.send(snapshot(1)!);
  };

  it("frames come in whatever pieces, and go on from the cursor", async () => {
    cursor = "e1:3";
    await streaming();
    expect(FakeStream.last.url.searchParams.get("after")).toBe("e1:3");
    expect(FakeStream.last.init.credentials, "cookies, to another origin too").toBe("include");
    frames = [];
    await FakeStream.last.write(`: hello\n\nevent: progress\nid: e1:4\ndata: {"type":"progress",`);
    expect(frames).toEqual([]);
    await FakeStream.last.write(`"cursor":"e1:4"}\n\ndata: {"type":"pong"}\r\n\r`);
    await FakeStream.last.write(`\n`);
    expect(frames).toEqual([{ type: "progress", cursor: "e1:4" }, { type: "pong" }]);
  });

  it("letters survive being cut in two", async () => {
    await streaming();
    const bytes = new TextEncoder().encode(`data: {"message":"한"}\n\n`);
    const cut = bytes.indexOf(0xed) + 1;
    const stream = FakeStream.last as unknown as { controller: ReadableStreamDefaultController<Uint8Array> };
    stream.controller.enqueue(bytes.slice(0, cut));
    stream.controller.enqueue(bytes.slice(cut));
    await settled();
    expect(frames.at(-1)).toEqual({ message: "한" });
  });

  it.each([400, 401, 403, 404, 405])("HTTP %i is final", async (code) => {
    await start({ transport: "sse" });
    await FakeStream.last.refuse(code);
    await pass(60_000);
    expect(FakeStream.all).toHaveLength(1);
    expect(status).toMatchObject({ connection: "closed", closeCode: 4000 + code });
  });

  it("a store that doesn't answer is given the time it asks for", async () => {
    await start({ transport: "sse" });
    await FakeStream.last.refuse(503, { "retry-after": "2" });
    expect(status.retryAt! - Date.now()).toBe(2_250);
  });

  it("HTTP 429 backs off fully", async () => {
    await start({ transport: "sse" });
    await FakeStream.last.refuse(429);
    expect(status.retryAt! - Date.now()).toBe(10_000);
  });

  it("the end of a stream is a lost link, and so is silence", async () => {
    await streaming();
    await FakeStream.last.end();
    await pass(500);
    await FakeStream.last.open();
    await FakeStream.last.send(snapshot(1)!);
    await pass(38_000);
    expect(FakeStream.all[1]!.init.signal!.aborted).toBe(true);
    expect(FakeStream.all).toHaveLength(3);
  });

  it("whoever stops leaves the request", async () => {
    await streaming();
    connection.stop();
    await settled();
    expect(FakeStream.last.init.signal!.aborted).toBe(true);
    expect(states).toEqual(["connecting", "open", "closed"]);
  });
});
