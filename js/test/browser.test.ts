// @vitest-environment node
/** The built modules in a real browser, against a live gateway. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type * as client from "../src/index.js";
import { findPython } from "../scripts/python.js";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const PATIENCE_MS = 15_000;
const python = findPython();

declare global {
  var kit: typeof client;
  var store: client.ProjectStore;
  var seen: string[];
}

describe.skipIf(!existsSync(CHROMIUM) || python === null)("in Chromium", { timeout: 60_000 }, () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let server: ChildProcess;
  let port: number;
  let complaints: string[];

  const url = (path: string) => `http://127.0.0.1:${port}${path}`;

  async function serve(): Promise<void> {
    server = spawn(python!, ["test/gateway.py", String(port)], { stdio: ["pipe", "inherit", "inherit"] });
    const answers = async () => (await fetch(url("/api/v1/ws/health")).catch(() => null)) !== null;
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end && !(await answers()); ) await sleep(50);
  }

  async function kill(): Promise<void> {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await ended;
  }

  /** Publish events of one run. */
  async function publish(...said: object[]): Promise<void> {
    const timestamp = new Date().toISOString();
    const events = said.map((event) => ({ type: "progress", task_name: "render", run_id: "r", timestamp, ...event }));
    const response = await fetch(url("/api/v1/ws/projects/p/events"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ events, held: [["render", "r"]] }),
    });
    expect(response.status, await response.text()).toBe(200);
  }

  /** Wait until the store of the page says so. */
  const until = (condition: string) => page.waitForFunction(condition, undefined, { timeout: PATIENCE_MS });
  const connect = (options = "{}") =>
    page.evaluate(`globalThis.seen = []; globalThis.store = kit.connect(undefined, "p", ${options});
      store.subscribe(() => { const now = store.getSnapshot().connection; if (seen.at(-1) !== now) seen.push(now); })`);

  beforeAll(async () => {
    port = await freePort();
    await serve();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await kill();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    complaints = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(url("/"));
    await page.evaluate(`import("/js/index.js").then((module) => void (globalThis.kit = module))`);
  });
  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  it("follows a task to its end", async () => {
    await connect();
    await until(`store.getSnapshot().connection === "open"`);
    await publish({ run_id: "one", progress: 0.5, message: "half" });
    await until(`store.getSnapshot().tasks.get("render")?.progress === 0.5`);
    await publish({ run_id: "one", type: "completed", result: { url: "/film.mp4" } });
    await until(`store.getSnapshot().tasks.get("render").status === "completed"`);
    expect(await page.evaluate(() => store.getSnapshot().tasks.get("render")!.result)).toEqual({ url: "/film.mp4" });
    expect(await page.evaluate(() => [...store.getSnapshot().actions])).toContain("cancel");
  });

  it("comes back to a server that was killed, and learns what it has now", async () => {
    await publish({ run_id: "before", progress: 0.2 });
    await connect();
    await until(`store.getSnapshot().tasks.size === 1`);
    await kill();
    await until(`store.getSnapshot().connection === "reconnecting"`);
    expect(await page.evaluate(() => store.getSnapshot().tasks.size)).toBe(1);
    await serve();
    await publish({ run_id: "after", progress: 0.1 });
    await until(`store.getSnapshot().tasks.get("render")?.run_id === "after"`);
    expect(await page.evaluate(() => seen)).toEqual(["open", "reconnecting", "open"]);
  });

  it("waits while the browser is offline, and learns of an end that came meanwhile", async () => {
    await publish({ run_id: "long", progress: 0.2 });
    await connect();
    await until(`store.getSnapshot().tasks.get("render")?.run_id === "long"`);
    await context.setOffline(true);
    await until(`store.getSnapshot().connection === "offline"`);
    await publish({ run_id: "long", type: "completed" });
    await context.setOffline(false);
    await until(`store.getSnapshot().tasks.get("render").status === "completed"`);
    expect(await page.evaluate(() => store.getSnapshot().connection)).toBe("open");
  });

  it("brings new credentials where those it had expired", async () => {
    await connect(`{ token: async () => (seen.push("asked"), seen.filter((word) => word === "asked").length > 1 ? "long" : "short") }`);
    await until(`seen.join() === "asked,open,reconnecting,asked,open"`);
  });

  it.each(["websocket", "sse"])("gives up where it is refused, by %s", async (transport) => {
    await connect(`{ token: "wrong", transport: "${transport}" }`);
    await until(`store.getSnapshot().connection === "closed"`);
    expect(await page.evaluate(() => store.getSnapshot().closeCode)).toBe(4401);
  });

  it("serves ten tabs, and leaves nothing behind", async () => {
    const connections = async () => {
      const response = await fetch(url("/api/v1/ws/projects/p/connections"));
      return ((await response.json()) as { active_connections: number }).active_connections;
    };
    await expect.poll(connections, { timeout: PATIENCE_MS }).toBe(0);
    const tabs = await Promise.all(Array.from({ length: 10 }, () => context.newPage()));
    for (const tab of tabs) {
      await tab.goto(url("/"));
      await tab.evaluate(`import("/js/index.js").then(({ connect }) => void (globalThis.store = connect("/api/v1/ws", "p")))`);
    }
    await expect.poll(connections, { timeout: PATIENCE_MS }).toBe(10);
    await publish({ run_id: "tabs", type: "completed" });
    const ended = `store.getSnapshot().tasks.get("render")?.run_id === "tabs"`;
    for (const tab of tabs) await tab.waitForFunction(ended, undefined, { timeout: PATIENCE_MS });
    await tabs[0]!.evaluate(() => store.close());
    await expect.poll(connections, { timeout: PATIENCE_MS }).toBe(9);
    for (const tab of tabs) await tab.close();
    await expect.poll(connections, { timeout: PATIENCE_MS }).toBe(0);
  });

  it("goes by events where sockets are blocked", async () => {
    await page.evaluate(() => {
      globalThis.WebSocket = class {
        constructor() {
          throw new DOMException("blocked");
        }
      } as never;
    });
    await connect();
    await until(`store.getSnapshot().connection === "open"`);
    await publish({ run_id: "sse", progress: 0.7, message: "한국어" });
    await until(`store.getSnapshot().tasks.get("render")?.message === "한국어"`);
  });

  it("cancels a live run, and tells where there is none", async () => {
    await publish({ run_id: "live", progress: 0.1 });
    await connect();
    expect(await page.evaluate(() => store.cancel("render"))).toBe(true);
    expect(await page.evaluate(() => store.cancel("none"))).toBe(false);
  });

  it("shows a task by an element, as text", async () => {
    await page.evaluate(`import("/js/element.js")`);
    await page.evaluate(() => {
      document.body.innerHTML = `<progress-stream project="p" task="render" label="Film"></progress-stream>`;
    });
    await publish({ run_id: "shown", progress: 0.42, message: "<b>bold</b>" });
    const text = (part: string) => page.locator(`progress-stream [part~=${part}]`).textContent();
    await expect.poll(() => text("value"), { timeout: PATIENCE_MS }).toBe("42%");
    expect([await text("label"), await text("message")]).toEqual(["Film", "<b>bold</b>"]);
    const bar = page.getByRole("progressbar", { name: "Film" });
    expect(await bar.evaluate((node) => (node as HTMLProgressElement).value)).toBe(0.42);
  });
});

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
