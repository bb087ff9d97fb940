// Builds the package into dist, and what the wheel carries: the modules that a gateway serves, and the package for npm.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { bundle, bundlePage, js, SERVED, served } from "./bundle.js";
import { pack, packed } from "./pack.js";

const dist = `${js}dist/`;
const files = await bundle();
const page = await bundlePage();
for (const folder of [dist, served]) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
}
for (const [name, contents] of files) writeFileSync(dist + name, contents);
for (const name of SERVED) writeFileSync(served + name, files.get(name) ?? page.get(name));
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
  cwd: js,
  stdio: "inherit",
});
pack(packed);
