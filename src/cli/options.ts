import { normFacts } from "../catalogue/index.ts";
import { type Command, Option } from "commander";
import { EvanesceError } from "../base/errors.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { Batch } from "../tasks/index.ts";
import { NARROWEST, WIDEST } from "../report/kit/terminal/theme.ts";
import { type BuildChoice, BUILDS, createEngine } from "../wasm/builds.ts";
import { DEFAULT_MEMORY_LIMIT, type Engine } from "../wasm/engine.ts";
import { mebibytes } from "../wasm/plan.ts";
import { addStatisticsOptions, type StatisticsFlags } from "./statistics.ts";
import { bytes, whole } from "./values.ts";

/** What every measuring command understands, in one place. */
export interface MeasureFlags extends StatisticsFlags {
  readonly seed: number;
  readonly memoryLimit?: number;
  readonly build: BuildChoice;
  readonly threads?: number | "auto";
  readonly ledger: boolean;
  readonly probe: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
  readonly ascii?: boolean;
  readonly columns?: number;
}

/** The options of a command that measures one pass. */
export function addMeasureOptions(command: Command): Command {
  return addEngineOptions(addStatisticsOptions(command))
    .option("--seed <n>", "seeds initialization, batch and probe", whole("--seed"), 0)
    .option("--no-ledger", "leave out the split of the gain into factors")
    .option("--no-probe", "leave out the transport probe");
}

/** Which core computes, and what memory it may take. */
export function addEngineOptions(command: Command): Command {
  return command
    .option(
      "--memory-limit <bytes>",
      `memory one pass may take, e.g. 256MiB (default: ${mebibytes(DEFAULT_MEMORY_LIMIT)})`,
      bytes("--memory-limit"),
    )
    .addOption(
      new Option("--build <name>", "which core computes: relaxed fuses multiplications and additions")
        .choices(BUILDS)
        .default("simd"),
    );
}

/** @param schema what `--json` prints */
export function addOutputOptions(command: Command, schema = "evanesce.flow/1"): Command {
  return command
    .addOption(new Option("--json", `print one JSON object, ${schema}`))
    .addOption(new Option("-q, --quiet", "print the verdict alone, and no progress").conflicts("json"))
    .option("--no-color", "no color, as with NO_COLOR set")
    .option("--ascii", "nothing beyond ASCII")
    .option(
      "--columns <n>",
      `width of the report, ${NARROWEST} to ${WIDEST} (default: the terminal's, else 80)`,
      whole("--columns", NARROWEST, WIDEST, 80),
    );
}

/** Of a command that runs one pass. */
export const addThreadsOption = (command: Command): Command =>
  command.option("--threads <n>", "split the batch over so many workers, auto: one a core", threads);

/** @throws EvanesceError for workers that would have nothing to do */
export function requireSplit(
  { threads: asked }: Pick<MeasureFlags, "threads">,
  spec: NetworkSpec,
  { batch }: Batch,
): void {
  if (asked === undefined || asked === "auto" || asked === 1) return;
  const refuse = (rule: string, remedy: string): never => {
    throw new EvanesceError("--threads", rule, asked, remedy);
  };
  if (spec.kind === "feedforward" && normFacts(spec.norm).acrossSamples) {
    refuse("not with batch norm, whose samples need each other in every layer", "leave it out, or use another norm");
  }
  if (batch <= PANEL) refuse(`with a batch of more than ${PANEL}, which is what a worker takes`, "leave it out");
}

/** Batch columns that are never split. */
const PANEL = 8;

const threads = (text: string): number | "auto" => (text === "auto" ? "auto" : whole("--threads", 1)(text));

/**
 * The engine `--build` asks for. Node 20 has relaxed SIMD behind a flag of V8's, which may be set as long as nothing is
 * compiled.
 */
export async function engineOf({ build }: Pick<MeasureFlags, "build">): Promise<Engine> {
  if (build !== "simd") (await import("node:v8")).setFlagsFromString("--experimental-wasm-relaxed-simd");
  return createEngine({ build });
}
