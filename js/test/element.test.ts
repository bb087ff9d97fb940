import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ProgressStream } from "../src/element.js";
import { configure, type TaskState } from "../src/index.js";
import { event, snapshot, state } from "./frames.js";
import { FakeSocket, fakeHost, liveSockets, settled } from "./host.js";

let element: ProgressStream;

beforeEach(() => {
  const host = fakeHost();
  vi.stubGlobal("WebSocket", host.WebSocket);
});
afterEach(async () => {
  document.body.replaceChildren();
  document.documentElement.removeAttribute("lang");
  await vi.advanceTimersByTimeAsync(1_000);
  configure({});
  expect(liveSockets(), "sockets that stay").toEqual([]);
  expect(vi.getTimerCount(), "timers that stay").toBe(0);
  vi.useRealTimers();
});

async function put(attributes = `project="p"`): Promise<void> {
  document.body.innerHTML = `<progress-stream src="https://api.test/ws" ${attributes}></progress-stream>`;
  element = document.querySelector("progress-stream")!;
  await settled();
}

const part = (name: string) => element.shadowRoot!.querySelector<HTMLElement>(`[part~=${name}]`)!;
const text = (name: string) => part(name).textContent;
const said = () => element.shadowRoot!.querySelector("[role=status]")!.textContent;

describe("what is shown", () => {
  it("is the task: name, percent, bar, message, status", async () => {
    await put();
    expect([text("label"), text("value"), text("status")]).toEqual(["", "", "Connecting…"]);
    expect(part("bar").hasAttribute("value")).toBe(false);
    FakeSocket.last.send(snapshot(1, [state("render", 1, { progress: 0.29, message: "Frame 3", status: "in_progress" })]));
    expect(["label", "value", "message", "status"].map(text)).toEqual(["render", "29%", "Frame 3", "In progress"]);
    expect((part("bar") as HTMLProgressElement).value).toBe(0.29);
    expect(part("bar").getAttribute("aria-label")).toBe("render");
  });

  it("is never 100 % before the end, and unknown where it is unknown", async () => {
    await put();
    FakeSocket.last.send(snapshot(1, [state("a", 1, { progress: 0.999 })]));
    expect(text("value")).toBe("99%");
    FakeSocket.last.send(event("a", 2, { run_id: "r2" }));
    expect(text("value")).toBe("");
    expect(part("bar").hasAttribute("value")).toBe(false);
  });

  it("is an error, in its own style", async () => {
    await put();
    FakeSocket.last.send(snapshot(1), event("a", 2, { type: "error", status: "failed", error: "disk full" }));
    expect(text("message")).toBe("disk full");
    expect(part("message").getAttribute("part")).toBe("message failed");
  });

  it("is the task that is named, by the label that is given", async () => {
    await put(`project="p" task="b" label="Film"`);
    FakeSocket.last.send(snapshot(2, [state("a", 2), state("b", 1, { progress: 0.5 })]));
    expect([text("label"), text("value")]).toEqual(["Film", "50%"]);
  });

  it("says so where the connection is away, and keeps what it knows", async () => {
    await put();
    FakeSocket.last.send(snapshot(1, [state("a", 1, { progress: 0.5 })]));
    FakeSocket.last.end(4404);
    expect([text("value"), text("status")]).toEqual(["50%", "Started · Disconnected"]);
  });

  it.each([
    [`lang="ko"`, "", "완료"],
    [`lang="ko-KR"`, "", "완료"],
    ["", "ko", "완료"],
    [`lang="en"`, "ko", "Completed"],
    ["", "fr", "Completed"],
  ])("speaks the language of the element, else of the page: %s, %s", async (own, pages, word) => {
    document.documentElement.lang = pages;
    await put(`project="p" ${own}`);
    FakeSocket.last.send(snapshot(1, [state("a", 1, { status: "completed" })]));
    expect(text("status")).toBe(word);
  });

  it("is text, whatever is in it", async () => {
    await put();
    const markup = `<img src=x onerror="alert(1)">`;
    const failed = { type: "error", status: "failed", error: markup, message: markup, metadata: { [markup]: markup } };
    FakeSocket.last.send(snapshot(1), event(markup, 2, failed));
    expect([text("label"), text("message")]).toEqual([markup, markup]);
    expect(element.shadowRoot!.querySelector("img")).toBeNull();
  });
});

describe("DOM events", () => {
  const heard: [string, string][] = [];
  beforeEach(() => void (heard.length = 0));
  const listen = () => {
    for (const type of ["progress", "completed", "error"]) {
      element.addEventListener(type, (event) => {
        heard.push([type, (event as CustomEvent<TaskState>).detail.status]);
      });
    }
  };

  it("tell what changes, with the state of the task", async () => {
    await put();
    listen();
    FakeSocket.last.send(snapshot(1, [state("a", 1)]));
    FakeSocket.last.send(event("a", 2));
    FakeSocket.last.send(event("a", 3, { type: "completed", status: "completed" }));
    FakeSocket.last.send(event("a", 4, { run_id: "r2", attempt: 2 }));
    FakeSocket.last.send(event("a", 5, { run_id: "r2", attempt: 2, type: "error", status: "failed", error: "x" }));
    expect(heard).toEqual([
      ["progress", "in_progress"],
      ["completed", "completed"],
      ["progress", "in_progress"],
      ["error", "failed"],
    ]);
  });

  it("don't tell what was so when the page came", async () => {
    await put();
    listen();
    FakeSocket.last.send(snapshot(1, [state("a", 1, { status: "completed" })]));
    FakeSocket.last.end();
    await vi.advanceTimersByTimeAsync(500);
    FakeSocket.last.send(snapshot(1, [], { resumed: true }));
    expect(heard).toEqual([]);
  });

  it("don't tell what was so where a large project comes in parts", async () => {
    await put(`project="p" task="b"`);
    listen();
    const done = state("b", 2, { status: "completed" });
    FakeSocket.last.send(snapshot(1, [state("a", 1)], { more: true }));
    FakeSocket.last.send(snapshot(2, [done], { resumed: true, more: true }));
    FakeSocket.last.send(snapshot(3, [state("c", 3)], { resumed: true }));
    FakeSocket.last.send(snapshot(1, [state("a", 1, {}, "e2")], { more: true }, "e2")); // another store
    FakeSocket.last.send(snapshot(2, [state("b", 2, {}, "e2")], { resumed: true }, "e2"));
    expect(heard).toEqual([["progress", "started"]]);
  });

  it("tell of an end that came while the connection was away", async () => {
    await put();
    listen();
    FakeSocket.last.send(snapshot(1, [state("a", 1)]));
    FakeSocket.last.end();
    await vi.advanceTimersByTimeAsync(500);
    FakeSocket.last.send(snapshot(2, [state("a", 2, { status: "completed" })], { resumed: true }));
    expect(heard).toEqual([["completed", "completed"]]);
  });

  it("don't tell of a task because it is the one that is shown now", async () => {
    await put(`project="p" task="a"`);
    listen();
    FakeSocket.last.send(snapshot(2, [state("a", 1), state("b", 2, { status: "completed" })]));
    element.setAttribute("task", "b");
    expect([text("label"), heard.length]).toEqual(["b", 0]);
  });

  it("stay with the element: nobody takes them for errors of the page", async () => {
    await put();
    const above = vi.fn();
    for (const type of ["progress", "completed", "error"]) document.body.addEventListener(type, above);
    FakeSocket.last.send(snapshot(1), event("a", 2, { type: "error", status: "failed", error: "x" }));
    expect(above).not.toHaveBeenCalled();
  });
});

describe("screen readers", () => {
  it("hear how far it is now and then, and of the end at once", async () => {
    await put();
    FakeSocket.last.send(snapshot(1, [state("a", 1)]));
    for (let offset = 2; offset <= 50; offset++) FakeSocket.last.send(event("a", offset, { progress: offset / 100 }));
    expect(said()).toBe("");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(said()).toBe("a In progress 50%");
    FakeSocket.last.send(event("a", 51, { progress: 0.6 }));
    expect(said()).toBe("a In progress 50%");
    FakeSocket.last.send(event("a", 52, { type: "completed", status: "completed", progress: 1 }));
    expect(said()).toBe("a Completed 100%");
    FakeSocket.last.send(event("b", 53)); // the timer of what is told already is off
    await vi.advanceTimersByTimeAsync(10_000);
    expect(said()).not.toContain("60%");
  });
});

describe("its life", () => {
  it("shares one connection, and gives it back", async () => {
    document.body.innerHTML = `<progress-stream src="/ws" project="p"></progress-stream>`.repeat(3);
    await settled();
    expect(FakeSocket.all).toHaveLength(1);
    document.body.replaceChildren();
    await vi.advanceTimersByTimeAsync(1_000);
    FakeSocket.last.open();
    expect(FakeSocket.last.closed).toBe(true);
  });

  it("goes on when it is moved, and follows another project when told so", async () => {
    await put();
    FakeSocket.last.send(snapshot(1, [state("a", 1, { progress: 0.5 })]));
    const section = document.body.appendChild(document.createElement("section"));
    section.append(element);
    expect([text("value"), FakeSocket.all.length]).toEqual(["50%", 1]);
    element.setAttribute("project", "q");
    await settled();
    expect(FakeSocket.last.url.pathname).toBe("/ws/projects/q/stream");
    expect(text("value")).toBe("");
    element.removeAttribute("project");
    expect(text("status")).toBe("Disconnected");
  });

  it("has no project, no connection; and can be made by hand", async () => {
    element = new ProgressStream();
    element.setAttribute("label", "Film");
    document.body.append(element);
    await settled();
    expect(FakeSocket.all).toEqual([]);
    expect(text("label")).toBe("Film");
  });

  it("follows the configured gateway without a src", async () => {
    configure({ url: "https://configured.test/ws", token: "t" });
    document.body.innerHTML = `<progress-stream project="p"></progress-stream>`;
    await settled();
    expect(FakeSocket.last.url.host).toBe("configured.test");
    expect(FakeSocket.last.protocols).toHaveLength(2);
  });

  it("can be imported where there is no DOM", async () => {
    vi.stubGlobal("HTMLElement", undefined);
    vi.stubGlobal("customElements", undefined);
    vi.resetModules();
    await expect(import("../src/element.js")).resolves.toHaveProperty("ProgressStream");
  });
});
