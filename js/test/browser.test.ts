// @vitest-environment node
/** The client in a real browser, over a real network and its faults. */
import type { Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canBrowse, isLong, useWorld, type World } from "./browser.js";
import { Proxy } from "./browser-proxy.js";

/** The task as the page knows it. */
const RENDER = `store.getSnapshot().tasks.get("render")`;

/** Follow the project by a bare socket too, as the control: what it hears stands in `heard`. */
const connectBare = ({ page }: World) =>
  page.evaluate(`globalThis.bare = new WebSocket("/api/v1/ws/projects/" + project + "/stream", "progresskit.v1");
    globalThis.heard = ""; bare.onmessage = ({ data }) => void (heard += data)`);

describe.skipIf(!canBrowse)("the client in Chromium", { timeout: 60_000 }, () => {
  const world = useWorld();
  const { gateway } = world;

  it("follows a task to its end", async () => {
    await world.connect();
    await world.until(`store.getSnapshot().connection === "open"`);
    await gateway.publish({ progress: 0.5, message: "half" });
    await world.until(`${RENDER}?.progress === 0.5`);
    await gateway.publish({ type: "completed", result: { url: "/film.mp4" } });
    await world.until(`${RENDER}.status === "completed"`);
    expect(await world.page.evaluate(`${RENDER}.result`)).toEqual({ url: "/film.mp4" });
    expect(await world.page.evaluate(() => store.getSnapshot().actions)).toContain("cancel");
  });

  it.each(["websocket", "sse"])("comes back by %s to a server that was killed while a task ran", async (transport) => {
    await gateway.publish({ progress: 0.2 });
    await world.connect(`{ transport: "${transport}" }`);
    await connectBare(world);
    await world.until(`${RENDER}?.progress === 0.2 && heard`);
    await gateway.kill();
    await world.until(`store.getSnapshot().connection === "reconnecting"`);
    expect(await world.page.evaluate(`${RENDER}.progress`), "what it knew").toBe(0.2);
    await gateway.start();
    await gateway.publish({ progress: 0.6 });
    await world.until(`${RENDER}?.progress === 0.6`);
    expect(await world.page.evaluate(() => seen)).toEqual(["open", "reconnecting", "open"]);
    expect(await world.page.evaluate("[bare.readyState, heard.includes('0.6')]")).toEqual([3, false]);
  });

  it("brings new credentials where those it had expired", async () => {
    await world.connect(`{ token: async () => (seen.push("asked"), seen.includes("open") ? "long" : "short") }`);
    await world.until(`seen.join() === "asked,open,reconnecting,asked,open"`);
  });

  it.each(["websocket", "sse"])("gives up where it is refused, by %s", async (transport) => {
    await world.connect(`{ token: "wrong", transport: "${transport}" }`);
    await world.until(`store.getSnapshot().connection === "closed"`);
    expect(await world.page.evaluate(() => store.getSnapshot().closeCode)).toBe(4401);
  });

  it("serves ten tabs, and leaves nothing behind", async () => {
    const tabs = await Promise.all(Array.from({ length: 10 }, () => world.context.newPage()));
    const inEach = (doing: (tab: Page) => Promise<void>) => Promise.all(tabs.map(doing));
    await inEach((tab) => world.open(tab));
    await inEach((tab) => world.connect("{}", tab));
    await gateway.isFollowedBy(10);
    await gateway.publish({ type: "completed" });
    await inEach((tab) => world.until(`${RENDER}?.status === "completed"`, tab));
    await tabs[0]!.evaluate(() => store.close());
    await gateway.isFollowedBy(9);
    await inEach((tab) => tab.close());
    await gateway.isFollowedBy(0);
  });

  it("cancels a live run, and tells where there is none", async () => {
    await gateway.publish({ progress: 0.1 });
    await world.connect();
    expect(await world.page.evaluate(() => store.cancel("render"))).toBe(true);
    expect(await world.page.evaluate(() => store.cancel("none"))).toBe(false);
  });

  it("goes on where the user comes back to a page that was left", async () => {
    await world.connect();
    await connectBare(world);
    await world.until(`store.getSnapshot().connection === "open" && heard`);
    await world.page.goto(`${await gateway.origin()}/js/index.js`);
    await gateway.publish({ progress: 0.3 });
    await world.page.goBack({ waitUntil: "commit" });
    await world.until(`${RENDER}?.progress === 0.3`); // by the store that was, since nothing made another
    expect(await world.page.evaluate("[bare.readyState, heard.includes('0.3')]")).toEqual([3, false]);
  });

  it("goes on where a page was frozen while the server was killed", async () => {
    await world.connect();
    await world.until(`store.getSnapshot().connection === "open"`);
    const devtools = await world.context.newCDPSession(world.page);
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    await gateway.kill();
    await gateway.start();
    await gateway.publish({ progress: 0.6 });
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await world.until(`${RENDER}?.progress === 0.6`);
  });

  it("stays the same size in memory, however much comes", { timeout: 600_000 }, async () => {
    const devtools = await world.context.newCDPSession(world.page);
    const heap = async () => {
      await devtools.send("HeapProfiler.collectGarbage");
      return (await devtools.send("Runtime.getHeapUsage")).usedSize;
    };
    const growth = async (events: number) => {
      const before = await heap();
      for (let n = 0; n < events; n += 100) {
        const batch = Array.from({ length: 100 }, (_, index) => ({ message: `${n + index} ${"-".repeat(1_900)}` }));
        await gateway.publish(...batch);
        await world.until(`${RENDER}?.message.startsWith("${n + 99} ")`);
      }
      return (await heap()) - before;
    };
    const events = isLong ? 100_000 : 5_000;
    await world.connect();
    await world.until(`store.getSnapshot().connection === "open"`);
    await world.page.evaluate(`globalThis.heard = 0; store.on("*", () => void heard++)`);
    expect(await growth(events)).toBeLessThan(5e6);
    expect(await world.page.evaluate("heard")).toBe(events);
    await world.page.evaluate(`globalThis.kept = []; store.on("*", (event) => kept.push(event))`);
    expect(await growth(5_000), "a page that keeps what it hears").toBeGreaterThan(5e6);
  });
});

describe.skipIf(!canBrowse)("the client in Chromium, over a network with faults", { timeout: 60_000 }, () => {
  const world = useWorld();
  const { gateway } = world;
  let proxy: Proxy;
  beforeEach(async () => {
    proxy = new Proxy(await gateway.origin());
    await world.page.clock.install();
    await world.open(world.page, await proxy.open());
  });
  afterEach(() => proxy.close());

  it("notices by silence that a cable was cut, and goes on", async () => {
    await world.connect();
    await connectBare(world);
    await world.until(`store.getSnapshot().connection === "open" && heard`);
    proxy.cut();
    await gateway.publish({ progress: 0.7 });
    await world.page.clock.fastForward(40_000);
    await world.until(`${RENDER}?.progress === 0.7`);
    expect(await world.page.evaluate(() => seen)).toEqual(["open", "reconnecting", "open"]);
    expect(await world.page.evaluate("[bare.readyState, heard.includes('0.7')]")).toEqual([1, false]);
  });

  it("waits while the browser is offline, and learns of an end that came meanwhile", async () => {
    await gateway.publish({ progress: 0.2 });
    await world.connect();
    await connectBare(world);
    await world.until(`${RENDER} && heard`);
    await world.context.setOffline(true);
    proxy.cut();
    await world.until(`store.getSnapshot().connection === "offline"`);
    expect(await world.page.evaluate(`${RENDER}.status`)).toBe("in_progress");
    await gateway.publish({ type: "completed" });
    await world.context.setOffline(false);
    await world.until(`${RENDER}.status === "completed"`);
    expect(await world.page.evaluate(() => store.getSnapshot().connection)).toBe("open");
    expect(await world.page.evaluate("[bare.readyState, heard.includes('completed')]")).toEqual([1, false]);
  });

  it.each(["refuse", "swallow"] as const)("goes by events through proxies that %s upgrades", async (upgrades) => {
    proxy.upgrades = upgrades;
    await world.connect();
    await connectBare(world);
    await world.page.evaluate(`globalThis.other = kit.connect(undefined, project, { transport: "websocket" })`);
    await world.page.clock.fastForward(13_000);
    await world.until(`store.getSnapshot().connection === "open"`);
    await gateway.publish({ progress: 0.7, message: "한국어" });
    await world.until(`${RENDER}?.message === "한국어"`);
    expect(await world.page.evaluate("other.getSnapshot().tasks.size + heard.length")).toBe(0);
  });

  it("goes by events where the browser has no sockets", async () => {
    await world.page.evaluate("delete globalThis.WebSocket");
    await world.connect();
    await world.until(`store.getSnapshot().connection === "open"`);
  });
});
