import {
  type Decay,
  fitDecay,
  type GradientFlow,
  type Ledger,
  lnTogether,
  type Quantiles,
  type Transport,
} from "../../flow/index.ts";
import { gainsFromLast, passedSteps } from "../../metrics/index.ts";
import { layerBlocks } from "../../spec/layer-blocks.ts";
import { FLOAT32 } from "../thresholds.ts";
import type { Evidence } from "../types.ts";

/** Quantiles of the samples' gains, and the share of samples whose gradient is exactly zero. */
export type Samples = Quantiles;

/** The profile from which a verdict is taken. */
export interface Path {
  readonly source: Evidence["source"];
  /** [S] nats relative to the last station. */
  readonly gains: Float64Array;
  readonly decay: Decay | null;
  /** [S] gains of the samples; absent if the flow has no quantiles. */
  readonly samples?: Samples;
  /** One ledger for each layer of a recurrent stack, or one for a deep network; empty if the flow has no ledger. */
  readonly ledgers: readonly Ledger[];
  /** Nats from (∂L/∂h, ∂L/∂c) to ∂L/∂c at the last step. The ledgers of an LSTM are of c and do not contain them. */
  readonly entry?: number;
  /** For cells with a cell state: each layer's ln ‖∂L/∂c_s‖. */
  readonly cells?: readonly Float64Array[];
  readonly notes: readonly string[];
}

export const hasLossEverywhere = ({ task }: GradientFlow): boolean => task.lossAt === "every" && task.loss !== "none";

/**
 * Chooses the profile that decides the verdict: the transport probe, because it does not depend on loss or labels. If
 * it was not measured, the last step's loss alone; if that was not measured either, the loss gradient.
 *
 * With a loss at every step the profile of the whole loss cannot decide: every step adds a gradient of its own, so the
 * profile is flat even over a dead path.
 */
export function choosePath(flow: GradientFlow): Path {
  const path = outsideBranches(flow, chosen(flow));
  // if every step has a loss, a step that the last step's gradient skips still gets its own loss's gradient
  return path.source === "loss" && hasLossEverywhere(flow) ? path : overDilation(flow, path);
}

/**
 * If every layer is dilated, the gradient skips some steps. Such a step is not on the path and takes the gain of the
 * step after it.
 */
function overDilation(flow: GradientFlow, path: Path): Path {
  const passed = passedSteps(flow);
  return passed === undefined
    ? path
    : withGains(path, (values) => {
        for (let t = values.length - 2; t >= 0; t--) if (passed[t] === 1) values[t] = values[t + 1];
      });
}

/** The path with the gains of the batch and of its samples altered in the same way. */
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
    "Every step has a loss of its own, which adds a gradient there. So the loss profile is flat even if nothing is carried from step to step";
  if (flow.probe !== undefined) {
    const notes = every ? [`${injected}. The verdict is that of the probe.`] : [];
    return ofTransport("probe", flow.probe, notes);
  }
  if (every && flow.lastStep !== undefined) {
    const notes = [`${injected}. Without a transport probe, the verdict is that of the last step's loss alone.`];
    return ofTransport("lastStep", flow.lastStep, notes);
  }
  const ledgers = flow.layers.flatMap(({ ledger }) => (ledger === undefined ? [] : [ledger]));
  const notes = [
    "There is no transport probe, so the verdict is that of the loss gradient. It cannot tell a dead path from a loss that sends no gradient.",
    ...(every ? [`${injected}. Measure with the probe.`] : []),
  ];
  const { lnGradientNorm, decay, quantiles, stateQuantiles } = flow;
  const path = build("loss", { lnGradientNorm, decay, ...(quantiles && { quantiles }), ledgers }, notes);
  if (every) return path;
  const cells = flow.layers.flatMap(({ lnCellGradientNorm }) => lnCellGradientNorm ?? []);
  const all = cells.length === flow.layers.length ? cells : undefined;
  return wholeState(path, lnGradientNorm, { cells: all, stateSamples: stateQuantiles });
}

function ofTransport(source: Path["source"], transport: Transport, notes: readonly string[]): Path {
  const { lnGradientNorm, lnCellGradientNorms: cells, stateQuantiles: stateSamples } = transport;
  return wholeState(build(source, transport, notes), lnGradientNorm, { cells, stateSamples });
}

/** What a stream measured of the cell states. */
interface CellState {
  readonly cells: readonly Float64Array[] | undefined;
  readonly stateSamples: Quantiles | undefined;
}

function build(source: Path["source"], transport: Transport, notes: readonly string[]): Path {
  const { lnGradientNorm, decay, quantiles, ledgers = [] } = transport;
  const samples = quantiles && gainsOfSamples(quantiles, lnGradientNorm);
  return { source, gains: gainsFromLast(lnGradientNorm), decay, ...(samples ? { samples } : {}), ledgers, notes };
}

function gainsOfSamples(quantiles: Quantiles, lnNorm: Float64Array): Samples {
  const last = lnNorm.length - 1;
  // The gain of each quantile. If a quantile is NaN and the norm is finite, it was interpolated between −∞ and a
  // number: some samples are exactly zero.
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
 * The state of an LSTM is (h, c), and it keeps its past in c. On the first step back, ∂L/∂h_t shrinks by the slopes of
 * the gates; after that it follows ∂L/∂c_t. So the gains are those of both together and of all layers,
 * ln √(Σ_l ‖∂L/∂h_s‖² + ‖∂L/∂c_s‖²), relative to the last step.
 *
 * The ledgers are of c. They do not contain the way from (h, c) to c at the last step.
 */
function wholeState(path: Path, lnNorm: Float64Array, { cells, stateSamples }: CellState): Path {
  if (cells === undefined || cells.length === 0) return path;
  const together = lnNorm.map((ln, s) => lnTogether([ln, ...cells.map((cell) => cell[s])]));
  const last = together.length - 1;
  const entry = lnTogether(cells.map((cell) => cell[last])) - together[last];
  // quantiles of h alone are dropped: they do not show a gradient that is carried by c
  const { samples: _, ...rest } = path;
  return {
    ...rest,
    gains: gainsFromLast(together),
    decay: fitDecay(together),
    cells,
    // of an exact zero, as much as float32 resolves
    ...(Number.isNaN(entry) ? {} : { entry: Math.max(entry, FLOAT32.zero) }),
    ...(stateSamples ? { samples: gainsOfSamples(stateSamples, lnNorm) } : {}),
    notes: [...path.notes, "The gains are those of (∂L/∂h, ∂L/∂c) together, the whole state of an LSTM."],
  };
}

/**
 * A station inside a residual block of two layers is on the branch, not on the path. If the branch is closed (α = 0, or
 * dropped), its gradient does not show what the skip path carries. So the station takes the gain of its block's end.
 */
function outsideBranches({ spec }: GradientFlow, path: Path): Path {
  if (spec.kind !== "feedforward" || spec.blockLayers === 1) return path;
  const inside = layerBlocks(spec).filter(({ residual }) => residual);
  return withGains(path, (values) => {
    for (const { first, last } of inside) values.fill(values[last], first, last);
  });
}
