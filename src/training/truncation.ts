import { concatenated } from "../base/concatenated.ts";
import { type Direction, direction, lnTensorNorm, lnTogether, type GradientFlow } from "../flow/index.ts";
import type { Network } from "../network/create.ts";
import type { Batch } from "../tasks/batch.ts";
import { addScaled, type ScaledTensor } from "../wasm/scaled.ts";
import { withCarried } from "./carried.ts";
import type { DataSource } from "./data.ts";

/** Number of windows that a comparison propagates back without truncation. */
const WINDOWS = 4;

/**
 * The part of the gradient that a run leaves out because it carries its state, measured between two updates. `angle`
 * and `ratio` compare the mean of the gradients of single windows with the gradient of the same windows as one
 * sequence. They are null if fewer than two windows are left, or if windows have a loss only at their last step.
 */
export interface TruncationLook extends Direction {
  /** Updates done before it. */
  readonly update: number;
  /** Number of windows in the comparison, and T of each. */
  readonly windows: number;
  readonly steps: number;
  /**
   * ln ‖∂L/∂s₀‖, h and c together: the gradient that reaches the first state of a window and is not propagated further.
   */
  readonly lnDropped: number;
  /** ln ‖∂L/∂h‖ at the window's last step. */
  readonly lnLast: number;
}

/**
 * @param batch the batch of the next update, with the state it begins with
 * @param flow  a pass over it
 */
export function* lookAtTruncation(
  network: Network,
  source: DataSource,
  done: number,
  batch: Batch,
  flow: GradientFlow,
): Generator<undefined, TruncationLook> {
  const { h, c } = flow.state?.gradient ?? {};
  const norms = [h, c].flatMap((part) => (part === undefined ? [] : [lnTensorNorm(part.data, part.exponent)]));
  const layers = flow.initialState?.layers ?? [];
  for (const { lnGradientNorm, lnCellGradientNorm } of layers)
    norms.push(lnGradientNorm, lnCellGradientNorm ?? -Infinity);
  const look = {
    update: done,
    steps: batch.steps as number,
    lnDropped: lnTogether(norms),
    lnLast: flow.lnGradientNorm[flow.lnGradientNorm.length - 1],
  };
  const windows = [batch];
  while (windows.length < WINDOWS && source.continues?.(done + windows.length + 1)) {
    windows.push(source.next(done + windows.length + 1));
  }
  if (windows.length < 2 || batch.lossAt !== "every") return { ...look, windows: 1, angle: null, ratio: null };
  yield* asPauses(network.training.run({ ...joined(windows), ...beginning(batch) }));
  const whole = gradientsOf(network);
  yield;
  let sums: ScaledTensor[] = [];
  let next = batch;
  for (const [k, window] of windows.entries()) {
    next = k === 0 ? batch : withCarried(window, network.spec, network.training.finalState());
    yield* asPauses(network.training.run(next));
    const own = gradientsOf(network).map(({ data, exponent }) => ({
      data: data.map((value) => value / windows.length),
      exponent,
    }));
    sums = k === 0 ? own : sums.map((sum, i) => addScaled(sum, own[i]));
    yield;
  }
  return { ...look, windows: windows.length, ...direction(whole, sums) };
}

const beginning = ({ state }: Batch) => (state === undefined ? {} : { state });

/** Windows that follow each other as one batch: all arrays run over steps first. */
function joined(windows: readonly Batch[]): Batch {
  const [first] = windows;
  const join = <Values extends Float32Array | Int32Array>(of: (batch: Batch) => Values): Values =>
    concatenated(windows.map(of));
  return {
    ...first,
    steps: (first.steps as number) * windows.length,
    inputs: join(({ inputs }) => inputs),
    ...(first.tokens === undefined ? {} : { tokens: join(({ tokens }) => tokens as Int32Array) }),
    ...(first.targets === undefined ? {} : { targets: join(({ targets }) => targets as Int32Array) }),
  };
}

const gradientsOf = ({ gradients }: Network): ScaledTensor[] =>
  gradients.names.map((name) => {
    const { data, exponent } = gradients.scaled(name);
    return { data: data.slice(), exponent };
  });

/** A generator with the same result, which yields undefined instead of its progress. */
function* asPauses<Result>(work: Generator<unknown, Result>): Generator<undefined, Result> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    yield;
  }
}
