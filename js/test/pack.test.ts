// @vitest-environment node
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle } from "../scripts/bundle.js";
import { packed } from "../scripts/pack.js";

let folder: string;
let held: Map<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "progresskit-"));
  execFileSync("tar", ["-xzf", packed, "-C", folder]);
  const names = readdirSync(`${folder}/package`, { recursive: true, withFileTypes: true });
  const paths = names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name));
  held = new Map(paths.map((path) => [path.slice(`${folder}/package/`.length), readFileSync(path, "utf8")]));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("the package that the wheel carries is what the sources make it (else: npm run build)", async () => {
  const made = new Map<string, string>();
  for (const name of ["LICENSE", "README.md", "package.json"]) made.set(name, readFileSync(name, "utf8"));
  for (const [name, contents] of await bundle()) made.set(`dist/${name}`, contents.toString());
  const types = `${folder}/types`;
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--outDir", types]);
  for (const name of readdirSync(types)) made.set(`dist/${name}`, readFileSync(`${types}/${name}`, "utf8"));
  expect(Object.fromEntries(held)).toEqual(Object.fromEntries(made));
});

it("its licence is that of the whole", () => {
  expect(held.get("LICENSE")).toBe(readFileSync("../LICENSE", "utf8"));
});

it("installs by npm, and loads outside of a browser", () => {
  const app = `${folder}/app`;
  mkdirSync(app);
  writeFileSync(`${app}/package.json`, '{"private":true,"type":"module"}');
  execFileSync("npm", ["install", "--offline", "--silent", packed], { cwd: app });
  const code = "import { connect } from 'progresskit'; import 'progresskit/element'; console.log(typeof connect)";
  expect(execFileSync(process.execPath, ["-e", code, "--input-type=module"], { cwd: app, encoding: "utf8" })).toBe("function\n");
});
