import type { GradientFlow } from "../../flow/index.ts";
import type { Jacobians } from "../../measure/jacobians.ts";
import type { ClipLedger, GradientStatistics, UpdateRatio } from "../../metrics/index.ts";
import type { ParameterHistograms } from "../../measure/statistics.ts";
import type { Finding } from "../kit/finding.ts";
import { counted, degrees, power, significant } from "../../words/numbers.ts";

/** What may be reported beside a flow. */
export interface FlowExtras {
  /** What each kind of clipping that was asked for does to the weights' gradient. */
  readonly clipping?: readonly ClipLedger[] | undefined;
  /** Spectra of the trajectory's Jacobians. */
  readonly jacobians?: Jacobians | undefined;
  /** What the samples of the batch say one by one. */
  readonly noise?: GradientStatistics | undefined;
  /** Where the magnitudes of gradients and weights lie. */
  readonly histograms?: readonly ParameterHistograms[] | undefined;
  /** How far a step of plain gradient descent moves each parameter. */
  readonly updates?: readonly UpdateRatio[] | undefined;
  /** The command line that measures the same. */
  readonly command?: string | undefined;
}

/** @param flow whose gradient was clipped: the truncated one where there is one */
export function extraFindings({ clipping = [], jacobians, updates }: FlowExtras, flow: GradientFlow): Finding[] {
  const gradient = flow.truncated === undefined ? "‖∂L/∂W‖" : "truncated ‖∂L/∂W‖";
  return [
    ...(flow.notes ?? []).map((text) => ({ label: "Note", text })),
    ...clipping.map((ledger) => ({ label: "Clipping", text: clip(ledger, gradient) })),
    ...(jacobians === undefined ? [] : spectrum(jacobians)),
    ...(updates === undefined ? [] : update(updates)),
  ];
}

/** The parameters that move least and most, and how many leave the range in which training works. */
function update(updates: readonly UpdateRatio[]): Finding[] {
  const known = updates.flatMap(({ name, log10 }) => (log10 === null || Number.isNaN(log10) ? [] : [{ name, log10 }]));
  if (known.length === 0) return [];
  const sorted = [...known].sort((a, b) => a.log10 - b.log10);
  const [least, most] = [sorted[0], sorted[sorted.length - 1]];
  const size = ({ name, log10 }: (typeof known)[number]) => `${power(log10 * Math.LN10)} (${name})`;
  const outside = known.filter(({ log10 }) => log10 < -4 || log10 > -1).length;
  const range = outside === 0 ? "all within 1e-4 … 1e-1" : `${outside} of ${known.length} outside 1e-4 … 1e-1`;
  return [
    { label: "Updates", text: `one step moves from ${size(least)} to ${size(most)} of a parameter's norm; ${range}` },
  ];
}

const KINDS = {
  norm: (limit: number) => `to norm ${limit}`,
  value: (limit: number) => `entries to ±${limit}`,
  unit: (limit: number) => `units to ${limit} of their weights`,
} as const;

function clip({ method, limit, before, after, share, angle }: ClipLedger, gradient: string): string {
  const how = KINDS[method](limit);
  if (share === 0) return `${how}: ${gradient} = ${power(before)} is left as it is`;
  const part = method === "norm" ? "" : `${significant(100 * share, 2)} % are clipped; `;
  const turned = method === "norm" || angle === null ? "" : `, turned by ${degrees(angle)}`;
  return `${how}: ${part}${gradient} from ${power(before)} to ${power(after)}${turned}`;
}

function spectrum({ state, window, singularValues, lyapunov, pascanu, weights, samples }: Jacobians): Finding[] {
  const { lnValues, unresolved } = singularValues;
  const known = lnValues.filter((ln) => ln !== null);
  const range =
    known.length === 0
      ? "every singular value is zero or not finite"
      : `singular values from ${power(known[0])} down to ${power(known[known.length - 1])}${
          unresolved > 0 ? `, ${unresolved} of ${lnValues.length} too small to tell` : ""
        }`;
  const what = state === "h" ? "h" : `(${state})`;
  const whose = samples.length === 1 ? `sample ${samples[0]}` : counted(samples.length, "sample");
  const rows: Finding[] = [
    { label: "Spectrum", text: `of ∂${what}_${window.to}/∂${what}_${window.from}, ${whose}: ${range}` },
  ];
  if (lyapunov !== null && lyapunov.largest.value !== null) {
    const { value, low, high } = lyapunov.largest;
    const interval = low === null || high === null ? "" : ` (95 %: ${significant(low)} to ${significant(high)})`;
    rows.push({
      label: "Lyapunov",
      text: `largest exponent ${significant(value)} nats a step${interval}, over ${counted(lyapunov.steps, "step")}`,
    });
  }
  if (pascanu !== null && pascanu.boundPerStep !== null && pascanu.measuredPerStep !== null) {
    const { boundPerStep, measuredPerStep } = pascanu;
    const text = `at most ${significant(boundPerStep)} nats a step by the largest singular value of W_hh; measured ${significant(measuredPerStep)}`;
    rows.push({ label: "Bound", text });
  }
  for (const { gate, spectralRadius, norm, relativeDeparture } of weights) {
    if (spectralRadius === null || norm === null || relativeDeparture === null) continue;
    const name = weights.length === 1 ? "W_hh" : `W_hh, gate ${gate}`;
    const text = `${name}: spectral radius ${significant(spectralRadius)}, norm ${significant(norm)}, ${significant(100 * relativeDeparture, 2)} % away from normal`;
    rows.push({ label: "Weights", text });
  }
  return rows;
}
