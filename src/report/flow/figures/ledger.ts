import type { GradientFlow, Ledger } from "../../../flow/index.ts";
import { type FlowResult, lossEnd, pathIsProbes } from "../result.ts";
import { figureId } from "../../kit/figure/figure-id.ts";
import { type Figure, type LineMark, lineMark, type StackMark } from "../../kit/figure/figure.ts";
import { stations } from "./profile.ts";

/** If there are more intervals than this, the means of bins are drawn. */
const MOST_BARS = 240;
const BINS = 120;
/** At most this many ledgers of a stack are drawn interval by interval: the lowest and the highest layers. */
const MOST_LAYERS = 4;

/** A factor has the same color in every figure. */
const SLOTS: Readonly<Record<string, number>> = {
  gate: 0,
  weights: 1,
  norm: 2,
  skip: 3,
  carry: 2,
  hidden: 3,
  above: 5,
  scale: 4,
  injected: 4,
  interference: 6,
};

/** The color of the net change. */
const NET = 7;

interface Owned {
  readonly name: string;
  readonly ledger: Ledger;
}

/** The ledgers of the path, one for each layer. */
function ledgersOf({ layers, probe, ...flow }: GradientFlow): Owned[] {
  const chosen = pathIsProbes({ layers, ...(probe === undefined ? {} : { probe }), ...flow })
    ? (probe?.ledgers ?? [])
    : layers.map(({ ledger }) => ledger);
  return chosen.flatMap((ledger, l) =>
    ledger === undefined || ledger.total.every(Number.isNaN) ? [] : [{ name: layers[l]?.suffix ?? `l${l}`, ledger }],
  );
}

/** The factors that changed the gradient, interval by interval and, for a stack, layer by layer. */
export function ledgerFigures({ flow, ledgerEdges }: FlowResult): Figure[] {
  const owned = ledgersOf(flow);
  if (owned.length === 0) return [];
  const stack = flow.layers.length > 1;
  const drawn = owned.length <= MOST_LAYERS ? owned : [owned[0], owned[owned.length - 1]];
  const single = drawn.map(({ name, ledger }) => along(flow, ledger, stack ? name : undefined, ledgerEdges));
  return stack && owned.length > 1 ? [byLayer(flow, owned), ...single] : single;
}

function along(flow: GradientFlow, ledger: Ledger, layer: string | undefined, edges?: readonly number[]): Figure {
  const intervals = edges?.at(-1) ?? ledger.total.length;
  const bins = edges ?? (intervals > MOST_BARS ? evenEdges(intervals, BINS) : undefined);
  const whose = pathIsProbes(flow) ? "the probe's" : "the gradient's";
  const noun = flow.axis;
  const binned =
    bins === undefined ? "" : ` A bar is the mean over ${Math.round(intervals / (bins.length - 1))} ${noun}s.`;
  return {
    id: layer === undefined ? "ledger" : figureId(`ledger-${layer}`),
    title: layer === undefined ? "Ledger: the factors that changed the gradient" : `Ledger of layer ${layer}`,
    caption: `The effect of each factor on ${whose} norm on its way back, in nats a ${noun}: below 0 the norm shrinks, above 0 it grows. The parts of a bar add up to the total change, which is the line.${binned}`,
    x: { ...stations(flow), end: lossEnd(flow) },
    y: { label: `change of ln ${flow.axis === "step" ? "‖δ_t‖" : "‖δ_l‖"}, nats a ${noun}`, scale: "linear" },
    marks: [bars(ledger, bins, edges !== undefined, intervals), net(ledger, bins, edges !== undefined, intervals)],
  };
}

/** @param summed whether the values of the ledger are already sums over the bins */
function bars({ factors }: Ledger, bins: readonly number[] | undefined, summed: boolean, intervals: number): StackMark {
  const edges = bins ?? Array.from({ length: intervals + 1 }, (_, i) => i);
  const parts = Object.entries(factors)
    .filter(([, values]) => values.some((value) => value !== 0 && !Number.isNaN(value)))
    .map(([name, values], i) => ({
      name,
      slot: SLOTS[name] ?? 5 + i,
      values: bins === undefined ? values : means(values, bins, summed),
    }));
  return { kind: "stack", edges, parts };
}

/** The total change, at the middle of each bar. */
function net({ total }: Ledger, bins: readonly number[] | undefined, summed: boolean, intervals: number): LineMark {
  const edges = bins ?? Array.from({ length: intervals + 1 }, (_, i) => i);
  const middles = Float64Array.from({ length: edges.length - 1 }, (_, i) => (edges[i] + edges[i + 1]) / 2);
  return lineMark("net", bins === undefined ? total : means(total, bins, summed), NET, middles);
}

function means(values: Float64Array, edges: readonly number[], summed: boolean): Float64Array {
  return Float64Array.from({ length: edges.length - 1 }, (_, bin) => {
    if (summed) return values[bin] / (edges[bin + 1] - edges[bin]);
    let [sum, count] = [0, 0];
    for (let s = edges[bin]; s < edges[bin + 1]; s++) {
      if (Number.isNaN(values[s])) continue; // beyond an exact zero no gain is defined
      sum += values[s];
      count++;
    }
    return count === 0 ? Number.NaN : sum / count;
  });
}

const evenEdges = (intervals: number, bins: number) =>
  Array.from({ length: bins + 1 }, (_, i) => Math.round((i * intervals) / bins));

/** A bar for each layer: the sum of each factor along the whole axis. */
function byLayer(flow: GradientFlow, owned: readonly Owned[]): Figure {
  const names = [...new Set(owned.flatMap(({ ledger }) => Object.keys(ledger.factors)))];
  const sum = (values: Float64Array | undefined) =>
    values?.reduce((all, value) => (Number.isNaN(value) ? all : all + value), 0) ?? 0;
  const parts = names.map((name, i) => ({
    name,
    slot: SLOTS[name] ?? 5 + i,
    values: owned.map(({ ledger }) => sum(ledger.factors[name])),
  }));
  const total = owned.map(({ ledger }) => sum(ledger.total));
  return {
    id: "ledger-layers",
    title: "Ledger of each layer",
    caption: `The effect of each factor on the gradient of each layer, summed from the last ${flow.axis} back to the first, in nats.`,
    x: { label: "layer", scale: "names", names: owned.map(({ name }) => name) },
    y: { label: "change over the whole path, nats", scale: "linear" },
    marks: [
      { kind: "stack", edges: [...owned.map((_, i) => i - 0.5), owned.length - 0.5], width: 0.5, parts },
      { ...lineMark("net", total, NET), points: true },
    ],
  };
}
