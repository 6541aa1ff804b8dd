import type { GradientFlow, Ledger } from "../flow/index.ts";
import type { Path } from "./path.ts";
import { type SlopeReference, slopeReference } from "./reference.ts";
import { THRESHOLDS } from "./thresholds.ts";
import type { CauseName } from "./types.ts";

/**
 * From a ledger's factors to what can be accused: [S − 1] nats of each, adding up to the ledger's total in every interval.
 *
 * - `gate`, of a bounded activation (tanh, sigmoid): `saturation` at a station where φ' is below its reference (less 0.1 nats of noise),
 *   except for what φ' takes even where it is steepest; that, and all of the gate elsewhere, is `small-derivatives`.
 *   Of any other: `dead-units` for what is below the reference; the rest goes to `weights`, whose initialisation is expected
 *   to make up for it.
 * - `weights` and `norm` undo each other where their signs differ: a normalisation takes out whatever scale the weights put in.
 * - Where routes meet, an entry weighs a route's own gain by its share of the square, and `interference` holds, besides
 *   cancellation, the gain of adding: it is never less than the routes' entries show too much. So a merge's positive `interference` is
 *   added to the route that was to carry: gated cells' `carry` and `hidden` and a highway's whole block become `closed-gate` (vanishing) or
 *   `hidden-route` (exploding), with what a stack's layer above brings; a skip path's sum becomes `residual-sum`. What is left negative is cancellation.
 */
export type Factors = Map<CauseName, Float64Array>;

export function accusable(flow: GradientFlow, path: Path, direction: 1 | -1): Factors {
  const raw = together(flow, path.ledgers);
  const length = path.gains.length - 1;
  const out: Factors = new Map();
  const add = (name: CauseName, s: number, value: number) => {
    if (value === 0 || Number.isNaN(value)) return;
    let series = out.get(name);
    if (series === undefined) {
      series = new Float64Array(length);
      out.set(name, series);
    }
    series[s] += value;
  };
  const reference = slopeReference(flow);
  const highway = flow.spec.kind === "feedforward" && flow.spec.residual === "highway";
  const gated = raw.has("carry") || highway;
  const carrying: CauseName = direction < 0 ? "closed-gate" : "hidden-route";
  const mixing: CauseName | null = gated
    ? carrying
    : raw.has("skip")
      ? "residual-sum"
      : raw.has("above")
        ? "above"
        : raw.has("injected")
          ? "injected"
          : null;
  for (let s = 0; s < length; s++) {
    const at = (name: string) => raw.get(name)?.[s] ?? 0;
    let weights = at("weights");
    let norm = at("norm");
    const gate = splitGate(at("gate"), reference);
    if (gate.compensable) weights += gate.usual;
    if (weights * norm < 0) [weights, norm] = undo(weights, norm, direction);
    const block = highway ? carrying : null;
    add(block ?? gate.beyondName, s, gate.beyond);
    if (!gate.compensable) add(block ?? "small-derivatives", s, gate.usual);
    add(block ?? "weights", s, weights);
    add("normalisation", s, norm);
    for (const [name, series] of raw) {
      const value = series[s];
      if (name === "gate" || name === "weights" || name === "norm") continue;
      if (name === "interference") add(mixing !== null && value > 0 ? mixing : "interference", s, value);
      else add(block ?? renamed(name, carrying, gated), s, value);
    }
  }
  if (path.entry !== undefined) add("cell-output", length - 1, path.entry);
  return out;
}

function renamed(name: string, carrying: CauseName, gated: boolean): CauseName {
  if (name === "carry" || name === "hidden" || (gated && name === "above")) return carrying;
  if (name === "skip" || name === "concat") return "residual-sum";
  return name === "scale" ? "branch-scale" : name;
}

/**
 * What is left of two that undo each other, on the side of the larger. Where it pushes up it is the normalisation's even so: larger
 * weights only make a normalisation divide by more, while smaller ones it cannot always make up for (its ε).
 */
function undo(weights: number, norm: number, direction: 1 | -1): [weights: number, norm: number] {
  const left = weights + norm;
  return direction > 0 || Math.abs(norm) > Math.abs(weights) ? [0, left] : [left, 0];
}

/** One interval's gate: what the activation usually takes, and what it takes beyond that. */
function splitGate(gate: number, reference: SlopeReference | null) {
  const { lnSlope, lnSteepest, bounded } = reference ?? { lnSlope: 0, lnSteepest: 0, bounded: true };
  const floor = lnSlope - THRESHOLDS.slopeNoise;
  const usual = gate >= floor ? gate : bounded ? lnSteepest : floor;
  const beyondName: CauseName = bounded ? "saturation" : "dead-units";
  return { usual, beyond: gate === usual ? 0 : gate - usual, beyondName, compensable: !bounded };
}

/**
 * One ledger of all layers: each weighs by its share of the squared gradient at the interval's start, as it does in the norm of all
 * together: d ln ‖δ‖ = Σ_l (‖δ_l‖²/‖δ‖²) d ln ‖δ_l‖. Shares are the loss gradient's; equal where they are not known.
 */
function together(flow: GradientFlow, ledgers: readonly Ledger[]): Map<string, Float64Array> {
  if (ledgers.length === 0) return new Map();
  if (ledgers.length === 1) return new Map(Object.entries(ledgers[0].factors));
  const out = new Map<string, Float64Array>();
  const length = ledgers[0].total.length;
  const share = new Float64Array(ledgers.length);
  for (let s = 0; s < length; s++) {
    shares(flow, s + 1, share);
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

function shares(flow: GradientFlow, station: number, share: Float64Array): void {
  const norms = flow.layers.map(({ lnGradientNorm }) => lnGradientNorm[station]);
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
