import { inTurns, type TurnOptions } from "../base/cooperative-work.ts";
import { EvanesceError } from "../base/errors.ts";
import { requireKnown, requireObject } from "../base/options-check.ts";
import { finish } from "../base/time-slicing.ts";
import type { Decay, GradientFlow } from "../flow/index.ts";
import { GRADIENTS_ONLY, MEASURE_KEYS, type MeasureOptions } from "../network/create.ts";
import { type NetworkInput, type NetworkSpec, parseSpec } from "../spec/index.ts";
import { prepareTaskInParts } from "../tasks/index.ts";
import type { Sampler } from "../tasks/task.ts";
import { defaultTask, drawInParts, EXPERIMENT, propagate, type PropagateInput } from "./propagate.ts";

/** Many experiments: networks, or seeds, or both in pairs. The other options are those of `propagate`, for all. */
export interface ManyInput extends Omit<PropagateInput, "network" | "seed"> {
  /** One spec for all networks, or one for each. Networks of one shape in a row share a plan. */
  readonly network: NetworkInput | readonly NetworkInput[];
  /** One seed for all networks, or one for each; default 0. */
  readonly seed?: number | readonly number[] | undefined;
}

/** The profiles of many networks. `flow` measures the whole flow of one of them. */
export interface ManyFlows extends Iterable<GradientFlow> {
  /** N. */
  readonly count: number;
  /** `[N][S]` ln ‖δ_s‖, index 0 farthest from the loss: as in each network's flow, bit for bit. */
  readonly lnGradientNorm: readonly Float64Array[];
  /** `[N]` */
  readonly decay: readonly (Decay | null)[];
  /** `[N]`, NaN where a pass had no loss. */
  readonly loss: Float64Array;
  /** `[N]` */
  readonly outcome: readonly GradientFlow["outcome"][];
  /**
   * The whole flow of network i: what `propagate` returns for its spec and seed. It costs one pass, because only the
   * profile of a network is kept.
   *
   * @throws EvanesceError where i is not a whole number below N
   */
  flow(i: number): GradientFlow;
}

/**
 * Runs one forward and backward pass of each of many new networks and returns their profiles. The numbers are those of
 * `propagate`, bit for bit, for each spec and seed. A network takes about half the time, because specs, tasks and plans
 * are shared, and only the profile is measured.
 *
 * @throws EvanesceError naming the field that breaks a rule, the value got and the remedy
 */
export function propagateMany(input: ManyInput): ManyFlows {
  return finish(propagateManyInParts(input));
}

/**
 * `propagateMany` without blocking the event loop.
 *
 * @param options `signal` stops it between two networks, `onProgress` gets the share done
 * @throws EvanesceError as `propagateMany` does; the signal's reason where it aborts
 */
export async function propagateManyAsync(input: ManyInput, options: TurnOptions = {}): Promise<ManyFlows> {
  return inTurns(propagateManyInParts(input), options);
}

/**
 * `propagateMany` in parts, for hosts that report progress or stop the work: yields the share done, returns the
 * profiles.
 */
export function* propagateManyInParts(input: ManyInput): Generator<number, ManyFlows> {
  requireObject("propagateMany", input, 'start from { network: { kind: "recurrent" }, seed: [1, 2, 3] }');
  requireKnown("propagateMany", input, [...Object.keys(EXPERIMENT), ...MEASURE_KEYS]);
  const { network, seed = 0, ...rest } = input;
  const isList = Array.isArray(network);
  const seeds = typeof seed === "number" ? undefined : requireSeeds(seed);
  const count = isList ? network.length : (seeds?.length ?? 1);
  if (isList && seeds !== undefined && seeds.length !== count) {
    throw new EvanesceError("seed", `${count} of them, one for each network`, seeds.length, "give one seed for all");
  }
  const networkOf = (i: number): NetworkInput => (isList ? network[i] : network) as NetworkInput;
  const seedOf = (i: number): number => seeds?.[i] ?? (seed as number);
  const brief: MeasureOptions = { ...GRADIENTS_ONLY, masks: input.masks };
  const one = isList ? undefined : parseSpec(network);
  const samplers: { [Kind in NetworkSpec["kind"]]?: Sampler } = {};
  const lnGradientNorm: Float64Array[] = [];
  const decay: (Decay | null)[] = [];
  const outcome: GradientFlow["outcome"][] = [];
  const loss = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const spec = one ?? parseSpec(networkOf(i), `network[${i}]`);
    samplers[spec.kind] ??= finish(prepareTaskInParts(input.task ?? defaultTask(spec), spec.kind));
    const drawn = finish(drawInParts(spec, samplers[spec.kind] as Sampler, { ...rest, ...brief, seed: seedOf(i) }));
    try {
      const flow = drawn.network.propagate(drawn.batch, brief);
      lnGradientNorm.push(flow.lnGradientNorm);
      decay.push(flow.decay);
      outcome.push(flow.outcome);
      loss[i] = flow.loss ?? Number.NaN;
    } finally {
      drawn.network.dispose();
    }
    yield (i + 1) / count;
  }
  const flow = (i: number): GradientFlow => {
    if (Number.isSafeInteger(i) && i >= 0 && i < count) {
      return propagate({ ...rest, network: networkOf(i), seed: seedOf(i) });
    }
    throw new EvanesceError("flow", `a whole number from 0 to ${count - 1}`, i, `there are ${count} networks`);
  };
  function* flows(): Generator<GradientFlow> {
    for (let i = 0; i < count; i++) yield flow(i);
  }
  return { count, lnGradientNorm, decay, loss, outcome, flow, [Symbol.iterator]: flows };
}

/** @throws EvanesceError for seeds that are no list */
function requireSeeds(seeds: unknown): readonly number[] {
  if (Array.isArray(seeds)) return [...(seeds as number[])];
  throw new EvanesceError("seed", "a whole number, or a list of them", seeds, "give [1, 2, 3]");
}
