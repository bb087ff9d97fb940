// Builds what the wheel carries: the modules that a gateway serves, and the package for npm.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { bundle, bundlePage, SERVED, served } from "./bundle.js";
import "./dist.js";
import { pack, packed } from "./pack.js";

const files = new Map([...(await bundle()), ...(await bundlePage())]);
rmSync(served, { recursive: true, force: true });
mkdirSync(served);
for (const name of SERVED) writeFileSync(served + name, files.get(name));
pack(packed);
