import { pick, requireKnown, requireObject } from "../../base/options-check.ts";
import type { GradientFlow } from "../../flow/index.ts";
import { sizesFrom } from "../../network/fitting.ts";
import { requireMeasureOptions } from "../../network/measure-options.ts";
import { requireRoomForPass } from "../../network/room.ts";
import {
  ASYNC_KEYS,
  type AsyncOptions,
  createNetworkInParts,
  MEASURE_KEYS,
  type MeasureOptions,
  type Network,
  type NetworkOptions,
} from "../../network/create.ts";
import { type NetworkInput, type NetworkSpec, parseSpec } from "../../spec/index.ts";
import { finish } from "../../base/time-slicing.ts";
import { isLinear } from "../../spec/linear.ts";
import { linearBaseline } from "../../tasks/linear-answer.ts";
import type { Batch } from "../../tasks/batch.ts";
import { withLengths } from "../../tasks/lengths.ts";
import { outlineWithLengths } from "../../tasks/outline.ts";
import { prepareTaskIn, type TaskInput, type Tasks } from "../../tasks/registry.ts";
import type { Sampler } from "../../tasks/task.ts";
import { unmaskedOf, withUnmasked } from "../unmasked.ts";

/** One experiment: a network, the source of its batch, and the measurements. */
export interface PropagateInput extends MeasureOptions {
  readonly network: NetworkInput;
  /**
   * A task's name or a task with options; default `adding` for a recurrent network, `gaussian` for a feed-forward one.
   */
  readonly task?: TaskInput | undefined;
  /** B; default 32. */
  readonly batch?: number | undefined;
  /** Seeds the initialization, the batch and the probe; default 0. */
  readonly seed?: number | undefined;
  /**
   * `[B]` the number of steps of each sequence; the steps after them are padding. The same batch is then also run with
   * its padding as if it were data, for comparison. If left out, all sequences have T steps.
   */
  readonly lengths?: ArrayLike<number> | undefined;
  readonly memoryLimit?: number | undefined;
  readonly engine?: NetworkOptions["engine"];
}

/** The options besides the measurements. A new option is added here too, or this does not compile. */
export const EXPERIMENT = {
  network: true,
  task: true,
  batch: true,
  seed: true,
  lengths: true,
  memoryLimit: true,
  engine: true,
} satisfies Record<Exclude<keyof PropagateInput, keyof MeasureOptions>, true>;

/** `propagate` for these tasks. */
export function propagateIn(tasks: Tasks, input: PropagateInput): GradientFlow {
  requireObject("propagate", input, 'start from { network: { kind: "recurrent" } }');
  requireKnown("propagate", input, [...Object.keys(EXPERIMENT), ...MEASURE_KEYS]);
  const { network, batch } = finish(prepareIn(tasks, input));
  try {
    const unmasked = unmaskedOf(network, batch);
    return withUnmasked(network.propagate(batch, pick<MeasureOptions>(input, MEASURE_KEYS)), unmasked);
  } finally {
    network.dispose();
  }
}

/** `propagateAsync` for these tasks. */
export async function propagateAsyncIn(tasks: Tasks, input: PropagateInput & AsyncOptions): Promise<GradientFlow> {
  requireObject("propagateAsync", input, 'start from { network: { kind: "recurrent" } }');
  requireKnown("propagateAsync", input, [...Object.keys(EXPERIMENT), ...MEASURE_KEYS, ...ASYNC_KEYS]);
  const { network, batch } = finish(prepareIn(tasks, input));
  try {
    const unmasked = unmaskedOf(network, batch);
    const flow = await network.propagateAsync(
      batch,
      pick<MeasureOptions & AsyncOptions>(input, [...MEASURE_KEYS, ...ASYNC_KEYS]),
    );
    return withUnmasked(flow, unmasked);
  } finally {
    network.dispose();
  }
}

/** The network and batch of one experiment, with pauses. The caller disposes of the network. */
export function* prepareIn(tasks: Tasks, input: PropagateInput): Generator<void, { network: Network; batch: Batch }> {
  const spec = parseSpec(input.network);
  const sampler = yield* prepareTaskIn(tasks, input.task ?? defaultTask(spec), spec.kind);
  return yield* drawInParts(spec, sampler, input);
}

/** The default task of a network. */
export const defaultTask = ({ kind }: NetworkSpec): TaskInput => (kind === "recurrent" ? "adding" : "gaussian");

/** Draws the batch of a prepared task, then the network. */
export function* drawInParts(
  spec: NetworkSpec,
  sampler: Sampler,
  input: Omit<PropagateInput, "network" | "task">,
): Generator<void, { network: Network; batch: Batch }> {
  const { seed = 0, lengths, memoryLimit, engine } = input;
  const context = { batch: input.batch ?? 32, seed };
  const outline = sampler.outline(context);
  const own = lengths === undefined ? outline : outlineWithLengths(outline, lengths);
  const measured = pick<MeasureOptions>(input, MEASURE_KEYS);
  requireMeasureOptions(measured);
  requireRoomForPass(spec, own, measured, { memoryLimit, engine });
  const drawn = sampler.inParts === undefined ? sampler(context) : yield* sampler.inParts(context);
  yield;
  const linear = lengths === undefined && isLinear(spec) ? linearBaseline(sampler, { seed }) : null;
  const known = linear === null ? drawn : { ...drawn, linearBaseline: linear };
  const batch = lengths === undefined ? known : withLengths(known, lengths);
  const network = yield* createNetworkInParts(spec, { seed, ...sizesFrom(batch), memoryLimit, engine });
  return { network, batch };
}
