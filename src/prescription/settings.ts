import { requireKnown, requireObject, requireSeed, requireSignal } from "../base/options-check.ts";
import { EvanesceError } from "../base/errors.ts";
import type { Network } from "../network/create.ts";
import { type NetworkInput, type NetworkSpec, parseSpec } from "../spec/index.ts";
import type { TaskInput } from "../tasks/index.ts";
import type { FixedWeights } from "./fixed-weights.ts";
import { requireRemedies } from "./remedies/index.ts";
import type { PrescribeOptions } from "./types.ts";

/** The options of `prescribe`, checked, every default filled in. */
export interface Settings {
  readonly network: NetworkSpec;
  /** Parameters that are not drawn. */
  readonly fixedWeights: FixedWeights | undefined;
  /** Whether the targets meet the last layer itself, whatever the task brings. */
  readonly bare: boolean;
  readonly task: TaskInput;
  readonly batch: number;
  readonly seeds: readonly number[];
  readonly remedies: readonly string[] | undefined;
  /** Updates of each training run: null to choose them by what they cost; undefined without verification. */
  readonly verify: number | null | undefined;
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
  memoryLimit: true,
  signal: true,
};

/** @throws EvanesceError naming the option */
export function settingsOf(options: PrescribeOptions): Settings {
  requireObject("prescribe", options, 'start from { network: { kind: "recurrent" } }');
  requireKnown("prescribe", options, Object.keys(KEYS));
  requireObject("prescribe.network", options.network, "give a spec or a live network");
  const live = "parameters" in options.network ? options.network : undefined;
  const network = parseSpec(live === undefined ? (options.network as NetworkInput) : sized(live));
  const fixedWeights = { ...(live && parametersOf(live)), ...options.weights };
  const { task, batch = 32, seed = 0, seeds = 5, remedies, verify = false, memoryLimit, signal } = options;
  requireSeed("seed", options.seed);
  requireSignal(signal);
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
    memoryLimit,
    signal,
  };
}

/** A live network's spec, X and Y among it. */
const sized = ({ spec, sizes: { inputs, outputs } }: Network): NetworkInput => ({
  ...spec,
  inputs,
  ...(outputs === null ? {} : { outputs }),
});

const parametersOf = ({ parameters }: Network): FixedWeights =>
  Object.fromEntries(parameters.names.map((name) => [name, parameters.get(name)]));

function stepsOf(verify: NonNullable<PrescribeOptions["verify"]>): number | null | undefined {
  if (verify === false) return undefined;
  if (verify === true) return null;
  requireObject("verify", verify, "use true, or { steps: 100 }");
  requireKnown("verify", verify, ["steps"]);
  const { steps } = verify;
  if (steps === undefined) return null;
  if (Number.isInteger(steps) && steps >= 1) return steps;
  throw new EvanesceError("verify.steps", "a whole number ≥ 1", steps, "leave it out to have it chosen");
}
