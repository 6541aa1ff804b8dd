import { CELL_TABLE } from "../../catalogue/index.ts";
import { type Decay, fitDecay, type GradientFlow, type Ledger, lnTogether, type Quantiles } from "../../flow/index.ts";
import { gainsFromLast, passedSteps } from "../../metrics/index.ts";
import { layerBlocks } from "../../spec/parameters.ts";
import type { Evidence } from "../types.ts";

/** Gains of a batch's samples by quantile, and the share of them whose gradient is exactly zero. */
export type Samples = Quantiles;

/** The profile a verdict rests on. */
export interface Path {
  readonly source: Evidence["source"];
  /** [S] nats relative to the last station. */
  readonly gains: Float64Array;
  readonly decay: Decay | null;
  /** [S] gains of the samples; absent without quantiles. */
  readonly samples?: Samples;
  /** One a layer of a stack, one for a deep network; empty without. */
  readonly ledgers: readonly Ledger[];
  /** Nats between ∂L/∂h and ∂L/∂c of an LSTM's last step, which its ledger, being of c, does not hold. */
  readonly entry?: number;
  /** Of a cell with a cell state: gains of the samples' whole state (∂L/∂h, ∂L/∂c); absent without. */
  readonly stateSamples?: Samples;
  readonly notes: readonly string[];
}

export const hasLossEverywhere = ({ task }: GradientFlow): boolean => task.lossAt === "every" && task.loss !== "none";

/**
 * The transport probe, which no loss or label can color; without one the last step's loss alone; without that the loss
 * gradient.
 *
 * With a loss at every step the whole loss's profile cannot decide: every step injects a gradient of its own, so that
 * it stays flat over a dead path.
 */
export function choosePath(flow: GradientFlow): Path {
  const path = outsideBranches(flow, chosen(flow));
  // where every step has a loss of its own, that is what arrives at a step the last one's goes by
  return path.source === "loss" && hasLossEverywhere(flow) ? path : overDilation(flow, path);
}

/**
 * A step the gradient goes by, since every layer is dilated, is not on its path: it takes the gain of the step after
 * it.
 */
function overDilation(flow: GradientFlow, path: Path): Path {
  const passed = passedSteps(flow);
  return passed === undefined
    ? path
    : withGains(path, (values) => {
        for (let t = values.length - 2; t >= 0; t--) if (passed[t] === 1) values[t] = values[t + 1];
      });
}

/** The path with its gains, and its samples', altered alike. */
function withGains(path: Path, alter: (values: Float64Array) => void): Path {
  const altered = (values: Float64Array) => {
    const copy = values.slice();
    alter(copy);
    return copy;
  };
  const { samples } = path;
  return {
    ...path,
    gains: altered(path.gains),
    ...(samples && {
      samples: { ...samples, q05: altered(samples.q05), q50: altered(samples.q50), q95: altered(samples.q95) },
    }),
  };
}

function chosen(flow: GradientFlow): Path {
  const every = hasLossEverywhere(flow);
  const injected =
    "Every step has a loss of its own, which injects a gradient there: the loss profile stays flat even where nothing is carried from step to step";
  if (flow.probe !== undefined) {
    const { lnGradientNorm, decay, quantiles, stateQuantiles, ledgers } = flow.probe;
    const notes = every ? [`${injected}; so the verdict is the probe's.`] : [];
    return lstmCells(flow, build("probe", lnGradientNorm, decay, quantiles, ledgers ?? [], notes, stateQuantiles));
  }
  if (every && flow.lastStep !== undefined) {
    const { lnGradientNorm, decay, quantiles, stateQuantiles, ledgers } = flow.lastStep;
    const notes = [`${injected}; without a transport probe the verdict is that of the last step's loss alone.`];
    return lstmCells(flow, build("lastStep", lnGradientNorm, decay, quantiles, ledgers ?? [], notes, stateQuantiles));
  }
  const ledgers = flow.layers.flatMap(({ ledger }) => (ledger === undefined ? [] : [ledger]));
  const notes = [
    "No transport probe: the verdict is the loss gradient's, which cannot tell a dead path from a loss that sends nothing down it.",
    ...(every ? [`${injected}: measure with the probe.`] : []),
  ];
  const { lnGradientNorm, decay, quantiles, stateQuantiles } = flow;
  const path = build("loss", lnGradientNorm, decay, quantiles, ledgers, notes, stateQuantiles);
  return every ? path : lstmCells(flow, path);
}

function build(
  source: Path["source"],
  lnNorm: Float64Array,
  decay: Decay | null,
  quantiles: Quantiles | undefined,
  ledgers: readonly Ledger[],
  notes: readonly string[],
  stateQuantiles?: Quantiles,
): Path {
  const samples = quantiles && gainsOfSamples(quantiles, lnNorm);
  const stateSamples = stateQuantiles && gainsOfSamples(stateQuantiles, lnNorm);
  return {
    source,
    gains: gainsFromLast(lnNorm),
    decay,
    ...(samples ? { samples } : {}),
    ...(stateSamples ? { stateSamples } : {}),
    ledgers,
    notes,
  };
}

function gainsOfSamples(quantiles: Quantiles, lnNorm: Float64Array): Samples {
  const last = lnNorm.length - 1;
  // Each quantile's own gain. A NaN among finite norms is an interpolation between −∞ and a number: some samples are
  // exactly zero.
  const gainsOf = (quantile: Float64Array) =>
    quantile.map((value, s) =>
      Number.isNaN(value) && Number.isFinite(lnNorm[s]) ? Number.NEGATIVE_INFINITY : value - quantile[last],
    );
  return {
    q05: gainsOf(quantiles.q05),
    q50: gainsOf(quantiles.q50),
    q95: gainsOf(quantiles.q95),
    ...(quantiles.silent === undefined ? {} : { silent: quantiles.silent }),
  };
}

/**
 * An LSTM's state is (h, c), and it keeps its past in c: ∂L/∂h_t falls by the gates' slopes on the first step back and
 * only then goes with ∂L/∂c_t. So its gains are those of both together: ln √(‖∂L/∂h_s‖² + ‖∂L/∂c_s‖²), relative to the
 * last step.
 *
 * The ledger is of c, so its total sums to c's gains; how far c's gradient lies from h's at the last step is read off
 * the loss gradient's. For one layer only, since no ledger says how a stack's layers compare.
 */
function lstmCells(flow: GradientFlow, path: Path): Path {
  const { spec } = flow;
  if (spec.kind !== "recurrent" || !CELL_TABLE[spec.cell].cellState || path.ledgers.length !== 1) return path;
  const { total } = path.ledgers[0];
  const last = path.gains.length - 1;
  if (total.length !== last) return path;
  const [{ lnGradientNorm, lnCellGradientNorm }] = flow.layers;
  const apart = (lnCellGradientNorm?.[last] ?? Number.NaN) - lnGradientNorm[last];
  const cellAtLast = Number.isFinite(apart) ? apart : 0;
  const start = lnTogether([0, cellAtLast]);
  let cell = cellAtLast; // ln ‖∂L/∂c_s‖ − ln ‖∂L/∂h_last‖
  const gains = new Float64Array(last + 1);
  for (let s = last - 1; s >= 0; s--) {
    // past an exact zero the ledger knows no gain, but the zero stays
    if (cell !== Number.NEGATIVE_INFINITY) cell += total[s];
    gains[s] = lnTogether([path.gains[s], cell]) - start;
  }
  // without quantiles of the whole state none: h's say nothing of a gradient that goes along c
  const { samples: _, stateSamples: samples, ...rest } = path;
  return {
    ...rest,
    gains,
    decay: fitDecay(gains),
    ...(Number.isFinite(apart) ? { entry: apart - start } : {}),
    ...(samples ? { samples } : {}),
    notes: [...path.notes, "Gains are those of (∂L/∂h, ∂L/∂c) together, the whole state of an LSTM."],
  };
}

/**
 * A station inside a residual block of two layers stands on the branch, not on the path: a closed branch (α = 0, or
 * dropped) says nothing of what goes by. It takes the gain of its block's end.
 */
function outsideBranches({ spec }: GradientFlow, path: Path): Path {
  if (spec.kind !== "feedforward" || spec.blockLayers === 1) return path;
  const inside = layerBlocks(spec).filter(({ residual }) => residual);
  return withGains(path, (values) => {
    for (const { first, last } of inside) values.fill(values[last], first, last);
  });
}
