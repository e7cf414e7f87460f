// Builds ../static: explorer.mjs (JupyterLab), explorer.js (the book) and explorer.css.
import { build } from "esbuild";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { interpolateBlues } from "d3-scale-chromatic";

// The ramp of sequential fields is taken from d3 here, at nine stops: the module itself would be a seventh of the bundle.
const stops = Array.from({ length: 9 }, (_, i) => interpolateBlues(0.03 + 0.1 * i));
const here = dirname(fileURLToPath(import.meta.url));

// A mark is registered by its file: `marks:all` is everything that the files of src/marks export.
const everyMark = {
  name: "marks",
  setup(builder) {
    builder.onResolve({ filter: /^marks:all$/ }, () => ({ path: "all", namespace: "marks" }));
    builder.onLoad({ filter: /.*/, namespace: "marks" }, () => ({
      contents: readdirSync(join(here, "src/marks"))
        .filter((file) => file.endsWith(".js") && file !== "index.js")
        .sort()
        .map((file) => `export * from "./${file}";`)
        .join("\n"),
      resolveDir: join(here, "src/marks"),
    }));
  },
};

/** Bundles one entry; `more` are options of esbuild. */
export const bundle = (entry, outfile, more = {}) =>
  build({
    absWorkingDir: here,
    bundle: true,
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    define: { SEQUENTIAL_STOPS: JSON.stringify(stops) },
    plugins: [everyMark],
    target: "es2020",
    entryPoints: [entry],
    outfile,
    ...more,
  });

const output = (name) => join(here, "..", "static", name);

if (process.argv[1] === fileURLToPath(import.meta.url))
  await Promise.all([
    bundle("src/widget.js", output("explorer.mjs"), { format: "esm" }),
    bundle("src/book.js", output("explorer.js"), { format: "iife" }),
    bundle("src/explorer.css", output("explorer.css"), { target: undefined }),
  ]);
