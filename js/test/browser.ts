/** The built modules in a real browser, against a live gateway: what the tests in browser*.test.ts share. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { findPython } from "../scripts/python.js";
import type * as client from "../src/index.js";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const python = findPython();

export const PATIENCE_MS = 15_000;
/** False: there is no browser here, or no gateway. */
export const canBrowse = existsSync(CHROMIUM) && python !== null;
/** Whether the tests run in their long forms. */
export const isLong = Boolean(process.env.PROGRESSKIT_LONG);

/** Text that would hurt a page which took it for HTML. */
export const MARKUP = `<img src=data:, onerror="globalThis.isHurt = true">`;

// What the page has.
declare global {
  var kit: typeof client;
  var project: string;
  var store: client.ProjectStore;
  /** Where the store's connection stood, one after the other. */
  var seen: string[];
}

/** A gateway in a process of its own (gateway.py), which a test may kill and start again. */
class LiveGateway {
  /** Every test has one of its own. */
  project = "";
  readonly #port = freePort();
  #process!: ChildProcess;

  async origin(): Promise<string> {
    return `http://127.0.0.1:${await this.#port}`;
  }

  async start(): Promise<void> {
    this.#process = spawn(python!, ["test/gateway.py", String(await this.#port)], { stdio: ["pipe", "inherit", "inherit"] });
    const health = `${await this.origin()}/api/v1/ws/health`;
    await vi.waitFor(() => fetch(health), { timeout: PATIENCE_MS });
  }

  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGKILL");
    await ended;
  }

  /** Publish events: progress of the task `render` in the run `r`, where they don't say another. */
  async publish(...said: object[]): Promise<void> {
    const timestamp = new Date().toISOString();
    const events = said.map((event) => ({ type: "progress", task_name: "render", run_id: "r", timestamp, ...event }));
    const response = await this.#ask("events", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ events, held: [["render", "r"]] }),
    });
    expect(response.status, await response.text()).toBe(200);
  }

  /** Wait until so many follow the project. */
  async isFollowedBy(connections: number): Promise<void> {
    const count = async () => ((await (await this.#ask("connections")).json()) as Record<string, unknown>).active_connections;
    await expect.poll(count, { timeout: PATIENCE_MS }).toBe(connections);
  }

  async #ask(route: string, request: RequestInit = {}): Promise<Response> {
    return fetch(`${await this.origin()}/api/v1/ws/projects/${this.project}/${route}`, request);
  }
}

/** What a test in the browser has. */
export class World {
  readonly gateway = new LiveGateway();
  browser!: Browser;
  context!: BrowserContext;
  page!: Page;
  /** What the page's scripts threw. */
  thrown: string[] = [];
  /** What the console said of errors, and warned of. */
  warned: string[] = [];

  /** Open an empty page with the client in `kit`: at the gateway, or at an origin before it. */
  async open(page = this.page, origin?: string): Promise<void> {
    await page.goto(`${origin ?? (await this.gateway.origin())}/`);
    await page.evaluate(`import("/js/index.js").then((module) => void (globalThis.kit = module))`);
    await page.evaluate((project) => void (globalThis.project = project), this.gateway.project);
  }

  /** Follow the project in the page; the options are an expression. */
  async connect(options = "{}", page = this.page): Promise<void> {
    await page.evaluate(`globalThis.seen = []; globalThis.store = kit.connect(undefined, project, ${options});
      store.subscribe(() => { const { connection } = store.getSnapshot(); if (seen.at(-1) !== connection) seen.push(connection); })`);
  }

  /** Make sure that no markup came to life in the page, where it would. */
  async isUnhurt(): Promise<void> {
    expect(await this.page.evaluate("globalThis.isHurt")).toBeUndefined();
    await this.page.evaluate((markup) => (document.body.innerHTML = markup), MARKUP);
    await this.until("globalThis.isHurt");
  }

  /** Wait until the page finds it so. */
  async until(condition: string, page = this.page): Promise<void> {
    await page.waitForFunction(condition, undefined, { timeout: PATIENCE_MS });
  }
}

/** Give the tests of a file a gateway and a browser, and each test an empty page, which must throw nothing. */
export function useWorld(): World {
  const world = new World();
  let tests = 0;
  beforeAll(async () => {
    await world.gateway.start();
    // The flag that is left out is Playwright's own: a user's page does come back from that cache.
    const ignoreDefaultArgs = ["--disable-back-forward-cache"];
    world.browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"], ignoreDefaultArgs });
  }, 60_000);
  afterAll(async () => {
    await world.browser?.close();
    await world.gateway.kill();
  });
  beforeEach(async () => {
    world.gateway.project = `p${++tests}`;
    world.context = await world.browser.newContext();
    world.page = await world.context.newPage();
    [world.thrown, world.warned] = [[], []];
    world.page.on("pageerror", (error) => world.thrown.push(String(error)));
    world.page.on("console", (said) => {
      if (["error", "warning"].includes(said.type())) world.warned.push(said.text());
    });
    await world.open();
  });
  afterEach(async () => {
    await world.context.close();
    expect(world.thrown).toEqual([]);
  });
  return world;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
