// @vitest-environment node
/** The element in a real browser. */
import { beforeEach, describe, expect, it } from "vitest";
import { canBrowse, MARKUP, PATIENCE_MS, useWorld } from "./browser.js";

describe.skipIf(!canBrowse)("the element in Chromium", { timeout: 60_000 }, () => {
  const world = useWorld();
  const { gateway } = world;
  beforeEach(() => world.page.evaluate(`import("/js/element.js")`));

  const put = async (attributes = "") => {
    await world.page.evaluate((attributes) => {
      document.body.innerHTML = `<progress-stream project="${project}" ${attributes}></progress-stream>`;
    }, attributes);
    await gateway.isFollowedBy(1);
  };
  const part = (name: string) => world.page.locator(`progress-stream [part~=${name}]`);
  const shows = (name: string, text: string) =>
    expect.poll(() => part(name).textContent(), { timeout: PATIENCE_MS }).toBe(text);
  const styleOf = (name: string, property: string) =>
    part(name).evaluate((node, property) => getComputedStyle(node).getPropertyValue(property), property);

  it("shows a task, and is a progress bar to who can't see it", async () => {
    await put(`task="render" label="Film"`);
    const bar = world.page.getByRole("progressbar", { name: "Film" });
    const value = () => bar.evaluate((node) => (node as HTMLProgressElement).position);
    expect(await value(), "not known yet").toBe(-1);
    await gateway.publish({ progress: 0.42, message: "Frame 3" });
    await shows("value", "42%");
    await shows("message", "Frame 3");
    expect(await value()).toBe(0.42);
    await gateway.publish({ type: "completed" });
    await expect.poll(() => world.page.getByRole("status").textContent()).toBe("Film Completed 100%");
  });

  it("tells of progress, and of both ends, by DOM events", async () => {
    await put();
    await world.page.evaluate(() => {
      seen = [];
      for (const type of ["progress", "completed", "error"]) {
        document.querySelector("progress-stream")!.addEventListener(type, (event) => {
          const { status, progress } = (event as CustomEvent).detail;
          seen.push(`${type} ${status} ${progress}`);
        });
      }
    });
    await gateway.publish({ run_id: "one", progress: 0.5 });
    await shows("value", "50%");
    await gateway.publish({ run_id: "one", type: "completed" });
    await shows("status", "Completed");
    await gateway.publish({ run_id: "two", type: "error", error: "disk full" });
    await shows("message", "disk full");
    expect(await world.page.evaluate(() => seen)).toEqual([
      "progress in_progress 0.5",
      "completed completed 1",
      "error failed null",
    ]);
  });

  it("takes the page's style for its parts, and its side of light and dark", async () => {
    await put(`lang="ko"`);
    await gateway.publish({ type: "error", error: "disk full" });
    await shows("status", "실패");
    await world.page.addStyleTag({ content: `progress-stream::part(message failed) { font-size: 30px }` });
    expect(await styleOf("message", "font-size")).toBe("30px");
    expect(await styleOf("label", "font-size")).not.toBe("30px");
    const colors = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await world.page.emulateMedia({ colorScheme });
      colors.push(await styleOf("message", "color"));
    }
    expect(colors).toEqual(["rgb(179, 38, 30)", "rgb(255, 154, 146)"]);
  });

  it("works where the page's policy allows no inline styles and scripts", async () => {
    await world.page.evaluate(() => {
      const policy = document.createElement("meta");
      Object.assign(policy, { httpEquiv: "content-security-policy", content: "default-src 'self'" });
      document.head.append(policy);
    });
    await put();
    expect(await styleOf("bar", "grid-column-start")).toBe("span 2");
    expect(world.warned).toEqual([]);
    await world.page.evaluate(() => (document.body.innerHTML = `<p style="color: red"></p>`));
    await expect.poll(() => world.warned.join()).toContain("style-src");
  });

  it("shows text, whatever is in it", async () => {
    await put();
    await gateway.publish({ task_name: MARKUP, stage: [MARKUP], message: MARKUP, metadata: { [MARKUP]: MARKUP } });
    await shows("label", MARKUP);
    await shows("message", MARKUP);
    await gateway.publish({ task_name: MARKUP, type: "error", error: `${MARKUP}!` });
    await shows("message", `${MARKUP}!`);
    await world.isUnhurt();
  });
});
