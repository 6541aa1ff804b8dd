import { binEdges } from "../../flow/bins.ts";
import { binFields, edgesOf } from "./bins.ts";
import type { Diagnosis } from "../../diagnosis/index.ts";
import type { GradientFlow, Ledger, Transport } from "../../flow/index.ts";
import type { FlowExtras } from "./extras.ts";
import { type JsonData, toJsonData } from "../kit/json.ts";

/** A ledger with more intervals than this is written in bins. */
const MOST_INTERVALS = 10_000;
const BINS = 1000;

/** The ledger of one layer in the form of the JSON. */
export interface LedgerJson {
  readonly layer: number;
  /** Suffix of a recurrent layer: `l0`, `l0_reverse`, `l1`, … */
  readonly suffix?: string;
  /** Nats of each interval between stations, or the sum over each bin. Index 0 is farthest from the loss. */
  readonly factors: { readonly [name: string]: ArrayLike<number | string | null> };
  readonly total: ArrayLike<number | string | null>;
  /** Bin i holds the intervals `binEdges[i]` ≤ s < `binEdges[i + 1]`; absent if there are no bins. */
  readonly binEdges?: readonly number[];
}

/** `evanesce.flow/1`: what `--json` prints. */
export type FlowJson = Readonly<Record<string, JsonData>> & { readonly schema: "evanesce.flow/1" };

/**
 * The fixed contract of `--json`: everything in a flow, its diagnosis and, if they were requested:
 *
 * - `truncated`: `k1`, `k2`, `lnGradientNorm`, `decay`, `angle` (radians, to the full ∂L/∂W of all parameters), `ratio`
 *   (of their norms), `parameters` (`name`, `angle`, `ratio`); angle or ratio is null if a gradient is exactly zero or
 *   not finite
 * - `credit`: `losses` (the steps t taken), `lnNormByLag` (mean ln ‖∂L_t/∂h_s‖ by t − s), `decay`, `matrix` (a row for
 *   each t)
 * - `fromStart`: for sequences of different lengths: `lnGradientNorm` and `samples`, counted from the first step of
 * each sequence
 * - `half`: `formats`, one entry for float16 and one for bfloat16: `lossScale` (the power of two that keeps the most),
 * `leastScale` and `mostScale` (the range of scales that are as good), `unscaled` and `scaled`: shares `lost`,
 * `subnormal` and `overflow`
 * of the entries that are not zero, over all stations, for each station (`stations`; `edges` if runs of steps share a
 * value) and for every parameter's gradient (`parameters`)
 * - `clipping`: of the gradient, or of the truncated gradient if there is one; a list, one entry for each method:
 * `method`, `limit`, `of`,
 *   `before` and `after` (ln norms), `share`, `angle`, `tensors`
 * - `noise`: `evanesce.noise/1`: `samples`, and for `parameters`, `layers` and `all` the natural logarithms
 * `lnMeanNorm`, `lnVariance`, `lnSampleNorm`, the dimensionless `gsnr`, `normTest`, `noiseScale`, and their meaning:
 * `magnitude`, `sentence`
 * - `histograms`: a list, one entry for each parameter: `gradient` and `weight`, counts by decade of the magnitude,
 * with zeros and non-finite entries counted separately
 * - `updates`: a list, one entry for each parameter: `log10` of lr·‖g‖/‖w‖
 * - `jacobians`: `evanesce.jacobians/1`: singular values, Lyapunov exponents, properties of W_hh
 * - `stem`, `head`: if the network has them, a list, one entry for each dense layer; `model`: one profile through stem,
 *   steps and head (`parts`, `lnGradientNorm`) and its `ledger`
 * - `command`: the command line that measures the same
 *
 * `ledger` is a list, one entry a layer of a stack (one for a deep network), or null if it was not measured. Profiles
 * are complete, unless bins were asked for. Then bin i holds the steps `bins.edges[i]` ≤ t < `bins.edges[i + 1]`; a
 * norm is the root mean square over a bin, and any other number of a step is the mean over it. The first and the last
 * step are bins of their own. Ledgers are sums over as many bins of intervals. Without bins, a ledger of more than
 * 10,000 stations is written as sums over 1,000 bins. NaN entries (intervals beyond an exact zero, where no gain is
 * defined) are left out of a sum; a bin that has only NaN entries is NaN.
 */
export function flowToJson(flow: GradientFlow, diagnosis: Diagnosis, extras: FlowExtras = {}): FlowJson {
  return toJsonData(flowFields(flow, diagnosis, extras)) as FlowJson;
}

/** The object of `flowToJson` with arrays of numbers, which `jsonText` writes piece by piece. */
export function flowFields(
  flow: GradientFlow,
  diagnosis: Diagnosis,
  extras: FlowExtras = {},
): Readonly<Record<string, unknown>> {
  const { schema, spec, seed, build, loss, outcome, axis, lnGradientNorm, decay, ...rest } = flow;
  const { layers, probe, lastStep, model, bins, ...others } = rest;
  const ledgers = layers.flatMap(({ ledger, suffix }, layer) =>
    ledger === undefined ? [] : [ledgerToJson(ledger, bins, layer, suffix)],
  );
  const fields = {
    schema,
    ...{ spec, seed, build, loss, outcome, axis, lnGradientNorm, decay },
    ledger: ledgers.length === 0 ? null : ledgers,
    diagnosis,
    ...others,
    layers: layers.map(({ ledger: _, ...profile }) => profile),
    ...(model === undefined ? {} : { model: { ...model, ledger: ledgerToJson(model.ledger, bins, 0) } }),
    ...(probe === undefined ? {} : { probe: transportToJson(probe, bins) }),
    ...(lastStep === undefined ? {} : { lastStep: transportToJson(lastStep, bins) }),
    ...extras,
  };
  const edges = edgesOf(flow);
  return edges === undefined ? fields : binFields(fields, edges);
}

/** The edges of a ledger's bins: of as many bins as the flow asks for, else where it is very long. */
function ledgerEdges({ total: { length } }: Ledger, bins: number | undefined): number[] | undefined {
  if (bins !== undefined) return length > bins ? binEdges(length, bins) : undefined;
  return length < MOST_INTERVALS ? undefined : binEdges(length, BINS);
}

function transportToJson({ ledgers, ...profile }: Transport, bins: number | undefined): object {
  if (ledgers === undefined) return profile;
  return { ...profile, ledger: ledgers.map((ledger, layer) => ledgerToJson(ledger, bins, layer)) };
}

function ledgerToJson(ledger: Ledger, bins: number | undefined, layer: number, suffix?: string): LedgerJson {
  const { factors, total } = ledger;
  const edges = ledgerEdges(ledger, bins);
  const series = (values: Float64Array) => (edges === undefined ? values : sums(values, edges));
  return {
    layer,
    ...(suffix === undefined ? {} : { suffix }),
    factors: Object.fromEntries(Object.entries(factors).map(([name, values]) => [name, series(values)])),
    total: series(total),
    ...(edges === undefined ? {} : { binEdges: edges }),
  };
}

function sums(values: Float64Array, edges: readonly number[]): Float64Array {
  return Float64Array.from({ length: edges.length - 1 }, (_, bin) => {
    let sum = Number.NaN;
    for (let s = edges[bin]; s < edges[bin + 1]; s++) {
      if (!Number.isNaN(values[s])) sum = Number.isNaN(sum) ? values[s] : sum + values[s];
    }
    return sum;
  });
}
