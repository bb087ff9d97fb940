// @vitest-environment node
/** The hooks in a real browser. */
import { build } from "esbuild";
import type { WebSocket } from "playwright-core";
import { renderToString } from "react-dom/server";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as components from "./browser-app.js";
import { canBrowse, MARKUP, PATIENCE_MS, useWorld } from "./browser.js";
import { REACT_18 } from "./react18.js";

declare global {
  var app: typeof components;
}

describe.skipIf(!canBrowse)("the hooks in Chromium", { timeout: 60_000 }, () => {
  const world = useWorld();
  const { gateway } = world;

  let script: string;
  let sockets: WebSocket[];
  beforeAll(async () => {
    const alias = components.version.startsWith("18.") ? REACT_18 : {};
    const entryPoints = ["test/browser-app.tsx"];
    const { outputFiles } = await build({ entryPoints, bundle: true, globalName: "app", alias, write: false });
    script = outputFiles[0]!.text;
  });
  beforeEach(async () => {
    sockets = [];
    world.page.on("websocket", (socket) => sockets.push(socket));
    await world.page.addScriptTag({ content: script });
    expect(await world.page.evaluate("app.version")).toBe(components.version);
  });
  afterEach(() => expect(world.warned).toEqual([]));

  const show = (enabled = true) => world.page.evaluate((on) => app.show({ projectId: project, enabled: on }), enabled);
  const leave = () => world.page.evaluate(() => app.leave());
  const shows = (selector: string, text: string | string[]) =>
    expect.poll(() => world.page.locator(selector).allTextContents(), { timeout: PATIENCE_MS }).toEqual([text].flat());
  const areClosed = (...closed: boolean[]) =>
    expect.poll(() => sockets.map((socket) => socket.isClosed()), { timeout: PATIENCE_MS }).toEqual(closed);

  it("all components of a project share one socket, and hear each event once", async () => {
    await show();
    await gateway.isFollowedBy(1);
    await gateway.publish({ progress: 0.25, message: "one" });
    await gateway.publish({ message: "two" }, { type: "error", error: "disk full" });
    await shows("p", "connected, 25 %, failed, disk full");
    await shows("li", ["progress one", "progress two", "error "]);
    await shows("section", "render 0.25 null null");
    await shows("footer", "0.25");
    await areClosed(false);
    await leave();
    await areClosed(true);
    await gateway.isFollowedBy(0);
  });

  it("leave a socket that is still being opened, and none by being enabled and disabled", async () => {
    await world.page.evaluate(() => {
      globalThis.WebSocket = class extends WebSocket {
        constructor(...given: ConstructorParameters<typeof WebSocket>) {
          super(...given);
          setTimeout(app.leave);
        }
      };
    });
    await show();
    await areClosed(true);
    await show(false);
    await shows("p", "disconnected, 0 %, null, null");
    await areClosed(true);
    for (let turn = 0; turn < 10; turn++) await show(turn % 2 === 0);
    await show();
    await shows("p", "connected, 0 %, null, null");
    await areClosed(true, false);
    await show(false);
    await areClosed(true, true);
  });

  it("take up what a server rendered", async () => {
    await gateway.publish({ progress: 0.25 });
    const html = renderToString(components.page({ projectId: gateway.project }));
    expect(html).toContain("disconnected, 0 %");
    await world.page.evaluate((html) => app.hydrate(html, { projectId: project }), html);
    await shows("p", "connected, 25 %, in_progress, null");
    await areClosed(false);
  });

  it("show text, whatever is in it", async () => {
    await show();
    await gateway.isFollowedBy(1);
    const said = { task_name: MARKUP, stage: [MARKUP], message: MARKUP, metadata: { [MARKUP]: MARKUP } };
    await gateway.publish(said, { task_name: MARKUP, type: "error", error: MARKUP });
    await shows("p", `connected, 0 %, failed, ${MARKUP}`);
    await shows("li", [`progress ${MARKUP}`, "error "]);
    await shows("section", `${MARKUP} null ${MARKUP} ${JSON.stringify(said.metadata)}`);
    await world.isUnhurt();
  });
});
