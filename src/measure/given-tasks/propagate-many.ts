import { EvanesceError } from "../../base/errors.ts";
import { requireKnown, requireObject } from "../../base/options-check.ts";
import { finish } from "../../base/time-slicing.ts";
import type { Decay, GradientFlow } from "../../flow/index.ts";
import { GRADIENTS_ONLY, MEASURE_KEYS, type MeasureOptions } from "../../network/create.ts";
import { type NetworkInput, type NetworkSpec, parseSpec } from "../../spec/index.ts";
import { prepareTaskIn, type Tasks } from "../../tasks/registry.ts";
import type { Sampler } from "../../tasks/task.ts";
import { defaultTask, drawInParts, EXPERIMENT, propagateIn, type PropagateInput } from "./propagate.ts";

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

/** `propagateManyInParts` for these tasks. */
export function* propagateManyIn(tasks: Tasks, input: ManyInput): Generator<number, ManyFlows> {
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
    samplers[spec.kind] ??= finish(prepareTaskIn(tasks, input.task ?? defaultTask(spec), spec.kind));
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
      return propagateIn(tasks, { ...rest, network: networkOf(i), seed: seedOf(i) });
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
