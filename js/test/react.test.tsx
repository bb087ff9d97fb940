import { act, StrictMode, useState, version, type ReactNode } from "react";
import { createRoot, hydrateRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { configure, type TaskEvent } from "../src/index.js";
import { useProject, useProjectWebSocket, useTask, type ProjectWebSocket } from "../src/react.js";
import { event, snapshot, state } from "./frames.js";
import { FakeSocket, fakeHost, liveSockets, settled } from "./host.js";

let root: Root;
let page: HTMLElement;
let complaints: unknown[][];

beforeEach(() => {
  const host = fakeHost();
  vi.stubGlobal("WebSocket", host.WebSocket);
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  complaints = [];
  for (const level of ["error", "warn"] as const) {
    vi.spyOn(console, level).mockImplementation((...said) => void complaints.push(said));
  }
  configure({ url: "https://api.test/ws" });
  page = document.body.appendChild(document.createElement("div"));
  root = createRoot(page);
});
afterEach(async () => {
  await act(() => root.unmount());
  await vi.advanceTimersByTimeAsync(1_000);
  page.remove();
  configure({});
  expect(complaints, "what React complained of").toEqual([]);
  expect(liveSockets(), "sockets that stay").toEqual([]);
  expect(vi.getTimerCount(), "timers that stay").toBe(0);
  vi.useRealTimers();
});

const render = (node: ReactNode) =>
  act(async () => {
    root.render(node);
    await settled();
  });
const send = (...frames: unknown[]) => act(() => FakeSocket.last.send(...frames));

it("React is the one that these tests are run with", () => {
  expect(version).toMatch(RegExp(`^${process.env.REACT}\\.`));
});

describe("useProjectWebSocket", () => {
  let seen: ProjectWebSocket[];
  beforeEach(() => void (seen = []));

  function Bar({ id, ...options }: { id: string | undefined; taskName?: string; enabled?: boolean }) {
    const all = useProjectWebSocket(id, options);
    seen.push(all);
    return `${all.isConnected} ${all.progress} ${all.status} ${all.error}`;
  }

  it("is nothing before the first frame, and then what the task says", async () => {
    await render(<Bar id="p" />);
    expect(page.textContent).toBe("false 0 null null");
    await send(snapshot(1, [state("a", 1, { status: "queued" })]));
    expect(page.textContent).toBe("true 0 queued null");
    await send(event("a", 2, { progress: 0.25 }));
    expect(page.textContent).toBe("true 0.25 in_progress null");
    await send(event("a", 3, { type: "error", status: "failed", error: "disk full" }));
    expect(page.textContent).toBe("true 0.25 failed disk full");
  });

  it("keeps the progress while the connection is away", async () => {
    await render(<Bar id="p" />);
    await send(snapshot(1, [state("a", 1, { progress: 0.5 })]));
    await act(() => FakeSocket.last.end());
    expect(page.textContent).toBe("false 0.5 started null");
  });

  it("means the task that started last, or the one that is named", async () => {
    const later = { started_at: "2026-11-23T00:00:01.000Z" };
    const tasks = [state("b", 1, { ...later, progress: 0.2 }), state("a", 2, { progress: 0.1 })];
    await render(<Bar id="p" />);
    await send(snapshot(2, tasks));
    expect(page.textContent).toBe("true 0.2 started null");
    await render(<Bar id="p" taskName="a" />);
    expect(page.textContent).toBe("true 0.1 started null");
    await render(<Bar id="p" taskName="none" />);
    expect(page.textContent).toBe("true 0 null null");
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("needs an id, and to be enabled, to connect", async () => {
    await render(<Bar id={undefined} />);
    await render(<Bar id="" />);
    await render(<Bar id="p" enabled={false} />);
    expect(FakeSocket.all).toEqual([]);
    expect(seen.every(({ ws }) => ws === null)).toBe(true);
    await render(<Bar id="p" />);
    expect(FakeSocket.all).toHaveLength(1);
    expect(seen.at(-1)!.ws).not.toBeNull();
    await send(snapshot(1, [state("a", 1)]));
    await render(<Bar id="p" enabled={false} />);
    expect(page.textContent).toBe("false 0 null null");
    await act(() => vi.advanceTimersByTimeAsync(1_000));
    expect(liveSockets()).toEqual([]);
  });

  it("shows nothing of the project before when the id changes", async () => {
    await render(<Bar id="p" />);
    await send(snapshot(1, [state("a", 1, { progress: 0.5 })]));
    const before = seen.length;
    await render(<Bar id="q" />);
    expect(seen.slice(before).map(({ progress }) => progress)).not.toContain(0.5);
    expect(FakeSocket.last.url.pathname).toBe("/ws/projects/q/stream");
  });

  it("gives the same ws as long as it is the same project", async () => {
    await render(<Bar id="p" />);
    await send(snapshot(1, [state("a", 1)]));
    await render(<Bar id="p" />);
    expect(new Set(seen.map(({ ws }) => ws)).size).toBe(1);
  });
});

describe("ws.on", () => {
  it("in every render hears each event once, and no snapshots and heartbeats, in StrictMode too", async () => {
    function Log({ projectId }: { projectId: string }) {
      const { ws } = useProjectWebSocket(projectId);
      const [messages, setMessages] = useState<TaskEvent[]>([]);
      if (ws) ws.on("*", (data) => setMessages((before) => [...before, data]));
      return messages.map(({ type, cursor }) => `${type} ${cursor}`).join(", ");
    }
    await render(
      <StrictMode>
        <Log projectId="p" />
      </StrictMode>,
    );
    await send(snapshot(1, [state("a", 1)]), { type: "heartbeat", cursor: "e1:1" });
    for (let offset = 2; offset < 5; offset++) await send(event("a", offset));
    await send(event("a", 5, { type: "completed", status: "completed" }), event("a", 5));
    expect(page.textContent).toBe("progress e1:2, progress e1:3, progress e1:4, completed e1:5");
  });

  it("in a render replaces all of the render before: the newest closure hears, several count", async () => {
    const heard: string[] = [];
    function Counter({ n }: { n: number }) {
      const { ws } = useProjectWebSocket("p");
      ws?.on("*", () => heard.push(`all ${n}`));
      if (n < 2) ws?.on("progress", () => heard.push(`progress ${n}`));
      ws?.on("completed", () => heard.push("never"));
      return null;
    }
    await render(<Counter n={1} />);
    await send(snapshot(1), event("a", 2));
    await render(<Counter n={2} />);
    await send(event("a", 3));
    expect(heard).toEqual(["all 1", "progress 1", "all 2"]);
  });

  it("outside of a render stays until it is ended, whatever is rendered", async () => {
    const heard: string[] = [];
    let ws!: NonNullable<ProjectWebSocket["ws"]>;
    function Holder() {
      ws = useProjectWebSocket("p").ws!;
      return null;
    }
    await render(<Holder />);
    const end = ws.on("progress", ({ cursor }) => heard.push(cursor));
    await send(snapshot(1), event("a", 2));
    await render(<Holder />);
    await send(event("a", 3));
    end();
    await send(event("a", 4));
    expect(heard).toEqual(["e1:2", "e1:3"]);
  });

  it("in a render that comes to nothing is as if never said", async () => {
    const heard: string[] = [];
    const never = new Promise<void>(() => {});
    let outside!: ProjectWebSocket["ws"];
    function Suspending({ n }: { n: number }) {
      const { ws } = useProjectWebSocket("p");
      outside = ws;
      ws?.on("*", () => heard.push(`render ${n}`));
      if (n === 2) throw never;
      return null;
    }
    const { startTransition, Suspense } = await import("react");
    const tree = (n: number) => (
      <Suspense>
        <Suspending n={n} />
      </Suspense>
    );
    await render(tree(1));
    await send(snapshot(1));
    await act(async () => startTransition(() => root.render(tree(2))));
    outside!.on("completed", () => heard.push("outside"));
    await send(event("a", 2)); // the transition waits for good
    expect(heard).toEqual(["render 1"]);
    await render(tree(3));
    await send(event("a", 3, { type: "completed", status: "completed" }));
    expect(heard).toEqual(["render 1", "render 3", "outside"]);
  });
});

describe("useProject and useTask", () => {
  it("give the project, its connection apart from it, and cancel", async () => {
    const heard: string[] = [];
    function Project({ prefix }: { prefix: string }) {
      const { tasks, connection, actions, cancel } = useProject("p", {
        onEvent: ({ cursor }) => heard.push(prefix + cursor),
      });
      return `${connection} ${[...tasks.keys()]} ${actions} ${typeof cancel}`;
    }
    await render(<Project prefix="1 " />);
    await send(snapshot(2, [state("a", 1), state("b", 2)], { actions: ["watch", "cancel"] }));
    expect(page.textContent).toBe("open a,b watch,cancel function");
    await render(<Project prefix="2 " />);
    await send(event("a", 3));
    expect(page.textContent).toBe("open b,a watch,cancel function");
    expect(heard).toEqual(["2 e1:3"]);
  });

  it("render a task when that task changed, not when others did", async () => {
    let renders = 0;
    function Task() {
      renders++;
      const task = useTask("p", "a");
      return task ? `${task.status} ${task.progress}` : "none";
    }
    await render(<Task />);
    await send(snapshot(1));
    expect(page.textContent).toBe("none");
    await send(event("a", 2, { progress: 0.5 }));
    expect(page.textContent).toBe("in_progress 0.5");
    const before = renders;
    await send(event("b", 3), event("c", 4));
    await act(() => FakeSocket.last.end());
    expect(renders).toBe(before);
  });
});

describe("one socket", () => {
  const Bar = () => String(useProjectWebSocket("p").progress);
  const Name = () => useTask("p", "a")?.task_name ?? "none";

  it("serves all components of a project, which show the same at every moment", async () => {
    const shown: string[] = [];
    function Late() {
      shown.push(Name());
      return null;
    }
    const tree = (late: boolean) => [<Bar key="bar" />, late && <Late key="late" />];
    await render(tree(false));
    await send(snapshot(1, [state("a", 1)]));
    await render(tree(true));
    expect(shown).toEqual(["a"]); // in its first render it knows what the other knows
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("is enough for StrictMode", async () => {
    await render(
      <StrictMode>
        <Bar />
        <Name />
      </StrictMode>,
    );
    await send(snapshot(1, [state("a", 1, { progress: 0.5 })]));
    expect(page.textContent).toBe("0.5a");
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("survives a remount within a second, and is closed after it", async () => {
    await render(<Bar />);
    await send(snapshot(1));
    await render(null);
    await act(() => vi.advanceTimersByTimeAsync(500));
    await render(<Bar />);
    expect(FakeSocket.all).toHaveLength(1);
    await render(null);
    await act(() => vi.advanceTimersByTimeAsync(1_000));
    expect(FakeSocket.last.closed).toBe(true);
  });

  it("that is still being opened goes with its component", async () => {
    await render(<Bar />);
    await render(null);
    await act(() => vi.advanceTimersByTimeAsync(1_000));
    FakeSocket.last.open();
    expect(FakeSocket.last.closed).toBe(true);
  });
});

describe("on a server", () => {
  function Page() {
    const { isConnected, progress, status } = useProjectWebSocket("p");
    const { connection } = useProject("p");
    return <p>{`${isConnected} ${progress} ${status} ${connection} ${useTask("p", "a")}`}</p>;
  }

  it("renders without a connection, and is taken up as it is", async () => {
    configure({ url: "/api/v1/ws" }); // a server can't tell where that is
    vi.stubGlobal("location", undefined);
    const html = renderToString(<Page />);
    expect(html).toBe("<p>false 0 null connecting null</p>");
    expect(FakeSocket.all).toEqual([]);
    vi.stubGlobal("location", new URL("http://localhost:3000/"));
    await act(() => root.unmount());
    page.remove();
    page = document.body.appendChild(document.createElement("div"));
    page.innerHTML = html;
    await act(async () => {
      root = hydrateRoot(page, <Page />);
      await settled();
    });
    await send(snapshot(1, [state("a", 1, { progress: 0.5 })]));
    expect(page.textContent).toBe("true 0.5 started open [object Object]");
  });
});
