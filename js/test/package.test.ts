// @vitest-environment node
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { bundle, bundlePage, SERVED, served } from "../scripts/bundle.js";
import { wireTypes } from "../scripts/python.js";

const types = wireTypes();

it.skipIf(types === null)("src/wire.ts is what the Python models make it (else: npm run types)", () => {
  expect(readFileSync("src/wire.ts", "utf8")).toBe(types);
});

it("the package has the version of the Python one", () => {
  const [, version] = /__version__ = "(.*)"/.exec(readFileSync("../src/progresskit/_version.py", "utf8"))!;
  expect(JSON.parse(readFileSync("package.json", "utf8")).version).toBe(version);
});

describe("the modules", () => {
  let files: Map<string, Buffer>;
  beforeAll(async () => {
    files = new Map([...(await bundle()), ...(await bundlePage())]);
  });

  it.each([
    ["client", ["client", "index"], 3_500],
    ["hooks", ["react"], 1_000],
    ["element", ["element"], 2_000],
  ])("%s is small: minified and gzipped", (_, names, most) => {
    const size = names.reduce((sum, name) => sum + gzipSync(files.get(`${name}.js`)!, { level: 9 }).length, 0);
    expect(size).toBeLessThanOrEqual(most);
  });

  it.each(SERVED)("%s as the gateway serves it is what the sources make it (else: npm run build)", (name) => {
    expect(readFileSync(served + name, "utf8") === files.get(name)!.toString()).toBe(true);
  });

  it("leave the one client, and React, where they are", () => {
    for (const name of ["index", "react", "element", "view"]) {
      expect(files.get(`${name}.js`)!.toString()).toMatch(/from\s*"\.\/client\.js"/);
    }
    expect(files.get("react.js")!.toString()).toMatch(/^"use client";.*from\s*"react"/s);
    expect(files.get("client.js")!.toString()).not.toMatch(/^import/m);
  });
});
