// The Python that knows progresskit: $PYTHON, the repository's environment, or what the path has.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const inRepository = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The path of a Python that can import progresskit; null where there is none. */
export function findPython() {
  const candidates = [process.env.PYTHON, inRepository(".venv/bin/python"), inRepository(".venv/Scripts/python.exe")];
  const python = candidates.find((path) => path && existsSync(path)) ?? process.env.PYTHON ?? "python3";
  return spawnSync(python, ["-c", "import progresskit"]).status === 0 ? python : null;
}

/** The module that scripts/wire_types.py writes; null where no Python has progresskit. */
export function wireTypes() {
  const python = findPython();
  if (python === null) return null;
  const script = fileURLToPath(new URL("wire_types.py", import.meta.url));
  const { status, stdout, stderr } = spawnSync(python, [script], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${script} failed:\n${stderr}`);
  return stdout;
}
