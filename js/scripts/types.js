// Makes src/wire.ts from the Python models: `npm run types`.
import { writeFileSync } from "node:fs";
import { wireTypes } from "./python.js";

const source = wireTypes();
if (source === null) {
  console.error("No Python here can import progresskit: run `make test` once, or set PYTHON.");
  process.exit(1);
}
writeFileSync(new URL("../src/wire.ts", import.meta.url), source);
