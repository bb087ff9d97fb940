// Makes the modules of the package, in memory.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export const js = fileURLToPath(new URL("..", import.meta.url));

/** What pages without a build load, and the gateway's own page: the gateway serves it. */
export const served = fileURLToPath(new URL("../../src/progresskit/web/static/js/", import.meta.url));
export const SERVED = ["client", "index", "element", "view"].flatMap((name) => [`${name}.js`, `${name}.js.map`]);

// All entries leave ./client.js where it is: there is one registry of connections, whoever uses it.
const PACKAGE = [
  { entryPoints: ["src/client.ts"] },
  { entryPoints: ["src/index.ts", "src/element.ts"], external: ["./client.js"] },
  { entryPoints: ["src/react.ts"], external: ["./client.js", "react"], banner: { js: '"use client";' } },
];
const PAGE = [{ entryPoints: ["src/view.ts"], external: ["./client.js"] }];

/** Return the modules of the package and their source maps, by file name. */
export const bundle = () => make(PACKAGE);

/** Return the module of the gateway's own page, and its source map. */
export const bundlePage = () => make(PAGE);

async function make(entries) {
  const files = new Map();
  for (const entry of entries) {
    const { outputFiles } = await build({
      ...entry,
      absWorkingDir: js,
      outdir: "dist",
      bundle: true,
      minify: true,
      format: "esm",
      target: "es2022",
      sourcemap: true,
      write: false,
      logLevel: "warning",
    });
    for (const { path, contents } of outputFiles) files.set(path.replace(/^.*[\\/]/, ""), Buffer.from(contents));
  }
  return files;
}
