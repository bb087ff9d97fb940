// Packs the package, out of dist.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { js } from "./bundle.js";

/** What the wheel carries: `npm i "$(progresskit js-package)"`. */
export const packed = fileURLToPath(new URL("../../src/progresskit/web/static/progresskit.tgz", import.meta.url));

/** Pack what package.json names into a file. */
export function pack(file) {
  const folder = mkdtempSync(join(tmpdir(), "progresskit-"));
  try {
    execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: js, stdio: ["ignore", "ignore", "inherit"] });
    const [name] = readdirSync(folder);
    copyFileSync(join(folder, name), file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
