import { requireKnown, requireObject, requireSeed, requireSignal } from "../base/options-check.ts";
import { EvanesceError } from "../base/errors.ts";
import type { Network } from "../network/create.ts";
import { type NetworkInput, type NetworkSpec, parseSpec } from "../spec/index.ts";
import type { TaskInput } from "../tasks/index.ts";
import type { FixedWeights } from "./fixed-weights.ts";
import { GRIDS } from "./race/schedule.ts";
import type { RaceOptions } from "./race/types.ts";
import { requireRemedies } from "./remedies/index.ts";
import type { PrescribeOptions } from "./types.ts";

/** The checked options of `prescribe` with all defaults. */
export interface Settings {
  readonly network: NetworkSpec;
  /** The caller's parameters, which are not drawn. */
  readonly fixedWeights: FixedWeights | undefined;
  /** Whether the network has no readout, so that the targets are compared with the last layer. */
  readonly bare: boolean;
  readonly task: TaskInput;
  readonly batch: number;
  readonly seeds: readonly number[];
  readonly remedies: readonly string[] | undefined;
  /** Updates of each training run; null to choose them by their cost; undefined without verification. */
  readonly verify: number | null | undefined;
  /** Options of the race; undefined without one. */
  readonly race: RaceOptions | undefined;
  readonly threads: number | "auto";
  readonly memoryLimit: number | undefined;
  readonly signal: AbortSignal | undefined;
}

const KEYS: Readonly<Record<keyof PrescribeOptions, true>> = {
  network: true,
  weights: true,
  task: true,
  batch: true,
  seed: true,
  seeds: true,
  remedies: true,
  verify: true,
  race: true,
  fast: true,
  threads: true,
  memoryLimit: true,
  signal: true,
};

/** @throws EvanesceError that names the option */
export function settingsOf(options: PrescribeOptions): Settings {
  requireObject("prescribe", options, 'start from { network: { kind: "recurrent" } }');
  requireKnown("prescribe", options, Object.keys(KEYS));
  requireObject("prescribe.network", options.network, "give a spec or a network");
  const live = "parameters" in options.network ? options.network : undefined;
  const network = parseSpec(live === undefined ? (options.network as NetworkInput) : sized(live));
  const fixedWeights = { ...(live && parametersOf(live)), ...options.weights };
  const { task, batch = 32, seed = 0, seeds = 5, remedies, verify = false, memoryLimit, signal } = options;
  const { race = {}, threads = 1 } = options;
  requireSeed("seed", options.seed);
  requireSignal(signal);
  requireThreads(threads);
  if (!Number.isInteger(seeds) || seeds < 2 || seeds > 1000) {
    throw new EvanesceError(
      "seeds",
      "a whole number from 2 to 1000",
      seeds,
      "an interval needs two seeds; the default is 5",
    );
  }
  if (remedies !== undefined) {
    if (!Array.isArray(remedies) || remedies.length === 0) {
      throw new EvanesceError("remedies", "a list of names", remedies, "leave it out to try all that fit");
    }
    requireRemedies(remedies, network.kind);
  }
  return {
    network,
    fixedWeights: Object.keys(fixedWeights).length === 0 ? undefined : fixedWeights,
    bare: live?.sizes.outputs === null,
    task: task ?? (network.kind === "recurrent" ? "adding" : "gaussian"),
    batch,
    seeds: Array.from({ length: seeds }, (_, i) => seed + i),
    remedies,
    verify: stepsOf(verify),
    race: raceOf(options, verify !== false, race),
    threads,
    memoryLimit,
    signal,
  };
}

/** The spec of a network with its sizes X and Y. */
const sized = ({ spec, sizes: { inputs, outputs } }: Network): NetworkInput => ({
  ...spec,
  inputs,
  ...(outputs === null ? {} : { outputs }),
});

const parametersOf = ({ parameters }: Network): FixedWeights =>
  Object.fromEntries(parameters.names.map((name) => [name, parameters.get(name)]));

/** The options of the race; undefined if the caller wants the ranking by the path. */
function raceOf(
  { fast = false, race: asked }: PrescribeOptions,
  verifies: boolean,
  race: RaceOptions,
): RaceOptions | undefined {
  if (typeof fast !== "boolean") throw new EvanesceError("fast", "true or false", fast, "leave it out to race");
  requireObject("race", race, 'use { optimizer: "sgd" }, or leave it out');
  requireKnown("race", race, ["optimizer", "updates"]);
  const { optimizer, updates } = race;
  if (optimizer !== undefined && !Object.hasOwn(GRIDS, optimizer)) {
    const rule = `one of ${Object.keys(GRIDS).join(", ")}`;
    throw new EvanesceError("race.optimizer", rule, optimizer, "leave it out for adam");
  }
  if (updates !== undefined && !(Number.isSafeInteger(updates) && updates >= FEWEST)) {
    const rule = `a whole number ≥ ${FEWEST}`;
    throw new EvanesceError("race.updates", rule, updates, "leave it out; the cost then decides");
  }
  if (!fast && !verifies) return race;
  if (asked === undefined) return undefined;
  const other = fast ? "fast" : "verify";
  throw new EvanesceError("race", `without ${other}, which ranks by the path`, asked, `leave out ${other}`);
}

/** Least updates of the finalists, so that the first round has at least one update. */
const FEWEST = 9;

function requireThreads(threads: unknown): void {
  if (threads === "auto" || (Number.isSafeInteger(threads) && (threads as number) >= 1 && (threads as number) <= 1024))
    return;
  throw new EvanesceError("threads", 'a whole number from 1 to 1024, or "auto"', threads, "use auto for every core");
}

function stepsOf(verify: NonNullable<PrescribeOptions["verify"]>): number | null | undefined {
  if (verify === false) return undefined;
  if (verify === true) return null;
  requireObject("verify", verify, "use true, or { steps: 100 }");
  requireKnown("verify", verify, ["steps"]);
  const { steps } = verify;
  if (steps === undefined) return null;
  if (Number.isInteger(steps) && steps >= 1) return steps;
  throw new EvanesceError("verify.steps", "a whole number ≥ 1", steps, "leave it out; the cost then decides");
}
