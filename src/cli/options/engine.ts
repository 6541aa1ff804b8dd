import { EvanesceError } from "../../base/errors.ts";
import type { Batch } from "../../tasks/index.ts";
import { type BuildChoice, BUILDS, createEngine } from "../../wasm/builds.ts";
import { DEFAULT_MEMORY_LIMIT, type Engine } from "../../wasm/engine.ts";
import { mebibytes } from "../../wasm/plan.ts";
import { group, option, optionWithDefault } from "./option.ts";
import { bytes, threads } from "./parsers.ts";

const MEMORY_LIMIT = option(
  "--memory-limit <bytes>",
  `memory that one pass may take, e.g. 256MiB (default: ${mebibytes(DEFAULT_MEMORY_LIMIT)})`,
  { parse: bytes, fills: "memory" },
);
const BUILD = optionWithDefault(
  "--build <name>",
  "build of the core; relaxed fuses multiplications and additions, wide uses 256-bit registers (Node 24)",
  "simd",
  { choices: BUILDS },
);
const THREADS = option("--threads <n>", "split the batch over this many workers; auto takes one for each core", {
  parse: threads,
});

/** The memory limit alone, for a command that uses the shared core. */
export const MEMORY = group("Core", [MEMORY_LIMIT]);
/** The build of the core and its memory limit. */
export const ENGINE = group("Core", [MEMORY_LIMIT, BUILD]);
/** The build of the core, its memory limit and the number of workers, for one pass. */
export const PASS_ENGINE = group("Core", [MEMORY_LIMIT, BUILD, THREADS]);

/** Samples of one panel; a panel is never split. */
const PANEL = 8;

/** @throws EvanesceError if workers would have nothing to do */
export function requireSplit(asked: number | "auto" | undefined, { batch }: Pick<Batch, "batch">): void {
  if (asked === undefined || asked === "auto" || asked === 1) return;
  const refuse = (rule: string, remedy: string): never => {
    throw new EvanesceError("--threads", rule, asked, remedy);
  };
  if (batch <= PANEL)
    refuse(`with a batch of more than ${PANEL} samples, the least that a worker takes`, "leave it out");
}

/**
 * The engine for `--build`. In Node 20, relaxed SIMD needs a flag of V8, which must be set before anything is compiled.
 */
export async function engineOf(build: BuildChoice): Promise<Engine> {
  if (build === "relaxed" || build === "auto")
    (await import("node:v8")).setFlagsFromString("--experimental-wasm-relaxed-simd");
  return createEngine({ build });
}
