import { finish } from "../../base/time-slicing.ts";
import { EvanesceError } from "../../base/errors.ts";
import type { RecurrentSpec } from "../../spec/recurrent.ts";
import type { Batch } from "../../tasks/batch.ts";
import type { Engine } from "../../wasm/engine.ts";
import { Chain, type ScaledSingularValues } from "../../wasm/jacobian/chain.ts";
import { StepJacobians } from "../../wasm/jacobian/recurrent.ts";
import { RecurrentPass } from "../../wasm/recurrent/pass.ts";
import { keepsState } from "../../wasm/recurrent/state.ts";
import { outlineOf } from "../../tasks/outline.ts";
import { bottleneckOf } from "../fitting.ts";
import { GRADIENTS_ONLY, type Network } from "../types.ts";
import { ExponentSums } from "./exponents.ts";
import type { JacobiansInput } from "./types.ts";

const WINDOW = 100;
const LYAPUNOV_STEPS = 1000;
const EXPONENTS = 128;
const LONGEST_TRANSIENT = 200;

/** The steps and the number of directions to follow, in the layer's own time. */
export interface StepPlan {
  /** The number of the layer's record. */
  readonly n: number;
  readonly size: number;
  readonly T: number;
  /** The first factor of the window; it ends at T. */
  readonly windowFrom: number;
  /** Null if exponents were not requested. */
  readonly lyapunov: { readonly exponents: number; readonly from: number; readonly measuredFrom: number } | null;
}

/** The result of following one sample's trajectory. */
export interface FollowedSteps {
  readonly singularValues: ScaledSingularValues;
  readonly exponents: ExponentSums | null;
}

/**
 * Plans the work on T steps of a state of `size`.
 * @throws EvanesceError for a window longer than T, a transient that leaves no step, more exponents than the state has
 */
export function planSteps(input: JacobiansInput, spec: RecurrentSpec, size: number, T: number): StepPlan {
  const layer = layerOf(input, spec);
  if (input.reverse && !spec.bidirectional) {
    throw new EvanesceError("reverse", "true only for a bidirectional network", true, "leave it out");
  }
  const window = within("window", input.window ?? Math.min(WINDOW, T), 1, T, "use a longer sequence or fewer steps");
  const n = layer * (spec.bidirectional ? 2 : 1) + (input.reverse ? 1 : 0);
  const plan = { n, size, T, windowFrom: T - window };
  if (input.lyapunov === false) return { ...plan, lyapunov: null };
  const options = typeof input.lyapunov === "object" ? input.lyapunov : {};
  const steps = within("lyapunov.steps", options.steps ?? Math.min(LYAPUNOV_STEPS, T), 1, T, "use a longer sequence");
  const chosen = options.transient ?? Math.min(Math.floor(steps / 5), LONGEST_TRANSIENT);
  const transient = within("lyapunov.transient", chosen, 0, steps - 1, "leave a step to measure");
  const most = options.exponents ?? Math.min(size, EXPONENTS);
  const exponents = within("lyapunov.exponents", most, 1, size, "the state has no more directions");
  return { ...plan, lyapunov: { exponents, from: T - steps, measuredFrom: T - steps + transient } };
}

/** The layer whose state is followed. @throws EvanesceError for a layer that the network does not have */
export const layerOf = ({ layer }: JacobiansInput, { layers }: RecurrentSpec): number =>
  within("layer", layer ?? layers - 1, 0, layers - 1, "count layers from 0, the lowest");

function within(where: string, value: number, least: number, most: number, remedy: string): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new EvanesceError(where, `a whole number from ${least} to ${most}`, value, remedy);
}

/** The spec as in evaluation, without dropout. @throws EvanesceError for zoneout, which acts in evaluation too */
function evaluated({ dropout, variationalDropout, recurrentDropout, ...spec }: RecurrentSpec): RecurrentSpec {
  const { stem, head, zoneout } = spec;
  if (zoneout === undefined) {
    return {
      ...spec,
      ...(stem === undefined ? {} : { stem: { ...stem, dropout: undefined } }),
      ...(head === undefined ? {} : { head: { ...head, dropout: undefined } }),
    };
  }
  throw new EvanesceError("network.zoneout", "none for Jacobians", zoneout, "measure the network without it");
}

/** Plans a pass over one sample of a batch, without dropout, and does not run it. @throws EvanesceError for zoneout */
export function samplePass(
  engine: Engine,
  network: Network,
  spec: RecurrentSpec,
  batch: Batch,
  limit: number,
): RecurrentPass {
  const shape = {
    spec: evaluated(spec),
    sizes: network.sizes,
    B: 1,
    T: batch.steps as number,
    loss: "none" as const,
    lossEvery: false,
    options: { ...GRADIENTS_ONLY, lastStep: false },
    everyLane: true,
    withState: keepsState(spec, batch.state),
    bottleneck: bottleneckOf(spec, outlineOf(batch)),
  };
  const pass = finish(RecurrentPass.inParts(engine, shape, limit));
  pass.load(new Map(network.parameters.names.map((name) => [name, network.parameters.get(name)])));
  return pass;
}

/**
 * Follows one sample forward, one J_k after the other, and updates the window's product and the Lyapunov frame. Both
 * share one frame if all directions are followed, because singular values do not depend on the orthogonal Q_0 with
 * which the window begins. Yields the share of steps done.
 */
export function* followSteps(
  engine: Engine,
  pass: RecurrentPass,
  plan: StepPlan,
  sample: Batch,
  seed: number,
  limit: number,
): Generator<number, FollowedSteps> {
  const { T, size, windowFrom, lyapunov } = plan;
  const steps = new StepJacobians(engine, pass, plan.n, limit);
  const chains: Chain[] = [];
  try {
    const open = (columns: number, product: boolean): Chain => {
      const chain = new Chain(engine, { rows: size, columns, product }, limit);
      chains.push(chain);
      return chain;
    };
    const whole = open(size, true);
    // a frame that begins inside the window would not contain the whole product
    const shares = lyapunov !== null && lyapunov.exponents === size && lyapunov.from <= windowFrom;
    const frame = lyapunov === null ? null : shares ? whole : open(lyapunov.exponents, false);
    const exponents = lyapunov === null ? null : new ExponentSums(lyapunov.exponents);
    const frameFrom = lyapunov?.from ?? T;
    const begin = Math.min(windowFrom, frameFrom);
    pass.feed(sample);
    const { C, chunks } = pass.geometry;
    for (let chunk = 0; chunk < chunks; chunk++) {
      for (const _ of pass.forwardInParts(chunk)) yield Math.max(0, (chunk * C - begin) / (T - begin));
      for (let k = Math.max(chunk * C, begin); k < Math.min((chunk + 1) * C, T); k++) {
        steps.prepare(chunk, k);
        if (k === frameFrom) frame?.startAtRandom(seed, size);
        if (k === windowFrom) {
          if (!shares) whole.startFromIdentity();
          whole.startProduct();
        }
        const inWindow = k >= windowFrom;
        const inFrame = k >= frameFrom;
        if (frame !== null && frame !== whole && inFrame) {
          steps.apply(frame, chunk, k);
          frame.advance(size, false);
        }
        if (inWindow || shares) {
          steps.apply(whole, chunk, k);
          whole.advance(size, inWindow);
        }
        if (lyapunov !== null && k >= lyapunov.measuredFrom) exponents?.add((frame as Chain).diagonal);
        yield (k + 1 - begin) / (T - begin);
      }
    }
    return { singularValues: whole.singularValues(), exponents };
  } finally {
    for (const chain of chains) chain.dispose();
    steps.dispose();
  }
}
