import { EvanesceError } from "../../base/errors.ts";
import type { PlotInput } from "../../sweeps/map.ts";
import { PRESETS } from "../../sweeps/presets/index.ts";
import { THEORY } from "../../sweeps/theory-line.ts";
import { group, option, optionWithDefault } from "../options/option.ts";
import { type Parser, real, threads, whole } from "../options/parsers.ts";

/** `i/n`: part i of n. */
const shard: Parser<{ readonly part: number; readonly of: number }> = (text, name) => {
  const [part, of] = text.split("/").map(Number);
  if (Number.isSafeInteger(part) && Number.isSafeInteger(of) && part >= 1 && part <= of) return { part, of };
  throw new EvanesceError(name, "i/n with 1 ≤ i ≤ n", text, `write, for example, ${name} 1/4`);
};

const PLOT_KEYS = ["x", "y", "value", "panels", "theory"] as const;

/** `x=KEY,y=KEY,value=NAME`. */
const plot: Parser<Partial<PlotInput>> = (text, name) => {
  const entries = text.split(",").map((pair) => {
    const [key, value, ...more] = pair.split("=").map((word) => word.trim());
    if (more.length > 0 || value === undefined || !(PLOT_KEYS as readonly string[]).includes(key)) {
      throw new EvanesceError(
        name,
        `KEY=VALUE with KEY one of ${PLOT_KEYS.join(", ")}`,
        pair,
        `write, for example, ${name} x=depth,value=gain`,
      );
    }
    return [key, value];
  });
  return Object.fromEntries(entries) as Partial<PlotInput>;
};

/** The options that choose the map. */
export const MAP = group("Map", [
  option("--preset <name>", `a map that reproduces a published figure: ${Object.keys(PRESETS).join(", ")}`, {
    names: Object.keys(PRESETS),
  }),
  option("--dry-run", "check the whole map, run a single cell, and print size, memory and time of the sweep"),
  option("--cell <id>", "run only this cell and show its report"),
  option(
    "--plot <axes>",
    `axes and number of the drawing: x=KEY,y=KEY,value=NAME,panels=KEY,theory=${Object.keys(THEORY).join("|")}`,
    {
      parse: plot,
    },
  ),
]);

/** The options for running cells and keeping their results. */
export const RUNNING = group("Running", [
  optionWithDefault("--threads <n>", "number of worker threads; auto uses every core", "auto", { parse: threads }),
  optionWithDefault("--time-limit <s>", "seconds that a cell may take", 600, { parse: real }),
  option("--journal <file>", "file of results, from which a later run continues (default: a file beside the map)"),
  option("--no-keep", "keep no journal"),
  option("--retry", "also run again the cells that failed before"),
  option("--shard <i/n>", "run only part i of n, for machines without a common queue", { parse: shard }),
  option("--merge <journals...>", "first add the results of these journals of other shards"),
  option("--status", "print how many cells are done, and run nothing"),
  option("--queue <url>", "give the cells to the workers of a queue: redis://HOST:PORT"),
  optionWithDefault("--priority <n>", "priority of the cells in the queue; lower numbers run first", 0, {
    parse: whole(),
  }),
]);

/** The options that write tables. */
export const TABLES = group("Tables", [
  option("--csv <file>", "write a row for each cell as CSV"),
  option("--flows <folder>", "write the whole flow of every cell, as JSON and as a page that the map links to"),
  option("--parquet <file>", "write the same as Parquet"),
]);
