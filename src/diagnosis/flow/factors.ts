import { residualFacts } from "../../catalogue/index.ts";
import type { GradientFlow } from "../../flow/index.ts";
import type { Path } from "./path.ts";
import { slopeReference } from "./reference.ts";
import type { Factors } from "../charges.ts";
import { THRESHOLDS } from "../thresholds.ts";
import type { CauseName } from "../types.ts";

/**
 * Turns the factors of a ledger into possible causes: [S − 1] nats of each. In every interval they add up to the total
 * of the ledger.
 *
 * - `gate` of a bounded activation (tanh, sigmoid): at a station where φ' is below its reference by more than 0.1 nats
 * of
 *   noise, the part beyond the steepest slope is `saturation`. The rest is `small-derivatives`.
 * - `gate` of another activation: the part below the reference is `dead-units`. The rest goes to `weights`, because the
 *   initialization should make up for it.
 * - `weights` and `norm` of different signs cancel: a normalization removes the scale of the weights.
 * - Where several routes meet, an entry weighs the gain of a route by the route's share of the square. A small route
 *   beside a large one then looks like a loss, and `interference` contains what the sum wins back. So a positive
 *   `interference` goes to the route that should carry the gradient. In gated cells (`carry`, `hidden`, `above`) and
 *   highway blocks this is `closed-gate` if the gradient vanishes and `hidden-route` if it explodes; with a skip path
 *   it is `residual-sum`. A negative `interference` is cancellation.
 */
export function chargeableFactors(flow: GradientFlow, path: Path, direction: 1 | -1): Factors {
  const raw = together(flow, path);
  const length = path.gains.length - 1;
  const factors: Factors = new Map();
  const seriesOf = (name: CauseName): Float64Array => {
    const known = factors.get(name);
    if (known !== undefined) return known;
    const fresh = new Float64Array(length);
    factors.set(name, fresh);
    return fresh;
  };
  const highway = flow.spec.kind === "feedforward" && residualFacts(flow.spec.residual).join === "mixture";
  const gated = raw.has("carry") || highway;
  const carrying: CauseName = direction < 0 ? "closed-gate" : "hidden-route";
  // the whole block of a highway is judged by the path that it carries on
  const named = (name: CauseName): CauseName => (highway ? carrying : renamed(name, carrying, gated));

  splitSeries(flow, raw, direction, length, (name) => seriesOf(name === "normalisation" ? name : named(name)));
  for (const [name, series] of raw) {
    if (name === "gate" || name === "weights" || name === "norm") continue;
    if (name === "ended") continue; // sequences that begin there leave the mean; this is no factor of the path
    if (name === "interference") {
      const cancelling = seriesOf(name);
      const mixing = mixedInto(raw, gated, carrying);
      const adding = mixing === null ? cancelling : seriesOf(mixing);
      for (let s = 0; s < length; s++) (series[s] > 0 ? adding : cancelling)[s] += series[s] || 0;
    } else {
      const into = seriesOf(named(name));
      for (let s = 0; s < length; s++) into[s] += series[s] || 0; // NaN beyond an exact zero
    }
  }
  if (path.entry !== undefined) seriesOf("cell-output")[length - 1] += path.entry;
  return factors;
}

/** Splits gate, weights and normalization, interval by interval. */
function splitSeries(
  flow: GradientFlow,
  raw: ReadonlyMap<string, Float64Array>,
  direction: 1 | -1,
  length: number,
  seriesOf: (name: CauseName) => Float64Array,
): void {
  const [gates, weightsOf, norms] = ["gate", "weights", "norm"].map((name) => raw.get(name));
  const { lnSlope, lnSteepest, bounded } = slopeReference(flow) ?? { lnSlope: 0, lnSteepest: 0, bounded: true };
  const floor = lnSlope - THRESHOLDS.slopeNoise;
  const beyond = seriesOf(bounded ? "saturation" : "dead-units");
  const usual = seriesOf(bounded ? "small-derivatives" : "weights");
  const ofWeights = seriesOf("weights");
  const ofNorm = seriesOf("normalisation");
  for (let s = 0; s < length; s++) {
    const gate = gates?.[s] || 0; // NaN beyond an exact zero
    let weights = weightsOf?.[s] || 0;
    let norm = norms?.[s] || 0;
    const kept = gate >= floor ? gate : bounded ? lnSteepest : floor;
    if (gate < floor) beyond[s] += gate - kept;
    if (bounded) usual[s] += kept;
    else weights += kept;
    if (weights * norm < 0) {
      // The two cancel, and the difference goes to the larger of them. If the gradient grows, it always goes to the
      // normalization: it divides larger weights out again, but cannot always make up for smaller ones because of its
      // ε.
      const left = weights + norm;
      const toNorm = direction > 0 || Math.abs(norm) > Math.abs(weights);
      weights = toNorm ? 0 : left;
      norm = toNorm ? left : 0;
    }
    ofWeights[s] += weights;
    ofNorm[s] += norm;
  }
}

/** The cause that gets the gain of added routes; null if it stays `interference`. */
function mixedInto(raw: ReadonlyMap<string, Float64Array>, gated: boolean, carrying: CauseName): CauseName | null {
  if (gated) return carrying;
  if (raw.has("skip")) return "residual-sum";
  return raw.has("above") ? "above" : raw.has("injected") ? "injected" : null;
}

function renamed(name: string, carrying: CauseName, gated: boolean): CauseName {
  if (name === "carry" || name === "hidden" || (gated && name === "above")) return carrying;
  if (name === "skip" || name === "concat") return "residual-sum";
  return name === "scale" ? "branch-scale" : name;
}

/**
 * One ledger for all layers. The norm of all layers together changes by d ln ‖δ‖ = Σ_l (‖δ_l‖²/‖δ‖²) d ln ‖δ_l‖, so
 * each layer has the weight of its share of the squared gradient at the start of the interval. For cells with a cell
 * state these are the shares of ∂L/∂c; else those of the loss gradient. All are equal if they are not known.
 */
function together(flow: GradientFlow, { ledgers, cells }: Path): Map<string, Float64Array> {
  if (ledgers.length === 0) return new Map();
  if (ledgers.length === 1) return new Map(Object.entries(ledgers[0].factors));
  const out = new Map<string, Float64Array>();
  const length = ledgers[0].total.length;
  const share = new Float64Array(ledgers.length);
  const profiles = cells ?? flow.layers.map(({ lnGradientNorm }) => lnGradientNorm);
  for (let s = 0; s < length; s++) {
    shares(profiles, s + 1, share);
    ledgers.forEach(({ factors }, l) => {
      for (const [name, series] of Object.entries(factors)) {
        if (share[l] === 0 || Number.isNaN(series[s])) continue;
        let sum = out.get(name);
        if (sum === undefined) {
          sum = new Float64Array(length);
          out.set(name, sum);
        }
        sum[s] += share[l] * series[s];
      }
    });
  }
  return out;
}

function shares(profiles: readonly Float64Array[], station: number, share: Float64Array): void {
  const norms = profiles.map((profile) => profile[station]);
  const top = Math.max(...norms);
  if (norms.length !== share.length || !Number.isFinite(top)) {
    share.fill(1 / share.length);
    return;
  }
  let sum = 0;
  norms.forEach((norm, l) => {
    share[l] = Math.exp(2 * (norm - top));
    sum += share[l];
  });
  for (let l = 0; l < share.length; l++) share[l] /= sum;
}
