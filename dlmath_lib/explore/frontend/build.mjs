// Builds ../static: explorer.mjs (JupyterLab), explorer.js (the book) and explorer.css.
import { build } from "esbuild";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { interpolateBlues } from "d3-scale-chromatic";

// The ramp of sequential fields is taken from d3 here, at nine stops: the module itself would be a seventh of the bundle.
const stops = Array.from({ length: 9 }, (_, i) => interpolateBlues(0.03 + 0.1 * i));
const here = dirname(fileURLToPath(import.meta.url));
const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  legalComments: "none",
  logLevel: "warning",
  define: { SEQUENTIAL_STOPS: JSON.stringify(stops) },
};
const output = (name) => join(here, "..", "static", name);

await Promise.all([
  build({
    ...common,
    entryPoints: ["src/widget.js"],
    target: "es2020",
    format: "esm",
    outfile: output("explorer.mjs"),
  }),
  build({ ...common, entryPoints: ["src/book.js"], target: "es2020", format: "iife", outfile: output("explorer.js") }),
  build({ ...common, entryPoints: ["src/explorer.css"], outfile: output("explorer.css") }),
]);
