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
  throw new EvanesceError(name, "i/n with 1 ≤ i ≤ n", text, `write e.g. ${name} 1/4`);
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
        `write e.g. ${name} x=depth,value=gain`,
      );
    }
    return [key, value];
  });
  return Object.fromEntries(entries) as Partial<PlotInput>;
};

/** Which map. */
export const MAP = group("Map", [
  option("--preset <name>", `a map that reproduces a published figure: ${Object.keys(PRESETS).join(", ")}`, {
    names: Object.keys(PRESETS),
  }),
  option("--dry-run", "check the whole map, print its size, memory and time; run one cell alone"),
  option("--cell <id>", "run this cell alone and show its own report"),
  option("--plot <axes>", `what is drawn: x=KEY,y=KEY,value=NAME,panels=KEY,theory=${Object.keys(THEORY).join("|")}`, {
    parse: plot,
  }),
]);

/** How cells are run, and where they are kept. */
export const RUNNING = group("Running", [
  optionWithDefault("--threads <n>", "worker threads, or auto for every core", "auto", { parse: threads }),
  optionWithDefault("--time-limit <s>", "seconds a cell may take", 600, { parse: real }),
  option("--journal <file>", "file of results, which a later run goes on from (default: beside the map)"),
  option("--no-keep", "keep no journal"),
  option("--retry", "run again the cells that failed before"),
  option("--shard <i/n>", "run part i of n alone, for machines that share no queue", { parse: shard }),
  option("--merge <journals...>", "first take the results of these journals, of other shards"),
  option("--status", "print how far the journal is; run nothing"),
  option("--queue <url>", "hand the cells to the workers of a queue: redis://HOST:PORT"),
  optionWithDefault("--priority <n>", "of the cells in the queue; lower numbers run first", 0, { parse: whole() }),
]);

/** Tables. */
export const TABLES = group("Tables", [
  option("--csv <file>", "write a row for each cell as CSV"),
  option("--parquet <file>", "write the same as Parquet"),
]);
