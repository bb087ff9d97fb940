// Builds the package into dist: its modules, their source maps and their types.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { bundle, js } from "./bundle.js";

const dist = `${js}dist/`;
const files = await bundle();
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
for (const [name, contents] of files) writeFileSync(dist + name, contents);
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
  cwd: js,
  stdio: "inherit",
});
