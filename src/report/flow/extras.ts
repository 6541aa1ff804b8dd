import type { GradientFlow } from "../../flow/index.ts";
import { hasDecoder } from "../../spec/decoder.ts";
import type { Jacobians } from "../../measure/jacobians.ts";
import type { ClipLedger, GradientStatistics, UpdateRatio } from "../../metrics/index.ts";
import type { ParameterHistograms } from "../../measure/statistics.ts";
import type { Finding } from "../kit/finding.ts";
import { counted, degrees, power, significant } from "../../words/numbers.ts";

/** Further results that a report of a flow may show. */
export interface FlowExtras {
  /** The effect of each requested kind of clipping on the weights' gradient. */
  readonly clipping?: readonly ClipLedger[] | undefined;
  /** Spectra of the trajectory's Jacobians. */
  readonly jacobians?: Jacobians | undefined;
  /** The gradients of single samples. */
  readonly noise?: GradientStatistics | undefined;
  /** Histograms of the magnitudes of gradients and weights. */
  readonly histograms?: readonly ParameterHistograms[] | undefined;
  /** How far one update of plain gradient descent moves each parameter. */
  readonly updates?: readonly UpdateRatio[] | undefined;
  /** The command line that measures the same flow. */
  readonly command?: string | undefined;
}

/** @param flow the flow whose gradient was clipped; if it was truncated, the truncated gradient was clipped */
export function extraFindings({ clipping = [], jacobians, updates }: FlowExtras, flow: GradientFlow): Finding[] {
  const gradient = flow.truncated === undefined ? "‖∂L/∂W‖" : "truncated ‖∂L/∂W‖";
  return [
    ...(flow.notes ?? []).map((text) => ({ label: "Note", text })),
    ...clipping.map((ledger) => ({ label: "Clipping", text: clip(ledger, gradient) })),
    ...(jacobians === undefined ? [] : spectrum(jacobians)),
    ...(updates === undefined ? [] : update(updates)),
  ];
}

/** The parameters that move least and most, and how many are outside the range in which training works. */
function update(updates: readonly UpdateRatio[]): Finding[] {
  const known = updates.flatMap(({ name, log10 }) => (log10 === null || Number.isNaN(log10) ? [] : [{ name, log10 }]));
  if (known.length === 0) return [];
  const sorted = [...known].sort((a, b) => a.log10 - b.log10);
  const [least, most] = [sorted[0], sorted[sorted.length - 1]];
  const size = ({ name, log10 }: (typeof known)[number]) => `${power(log10 * Math.LN10)} (${name})`;
  const outside = known.filter(({ log10 }) => log10 < -4 || log10 > -1).length;
  const range =
    outside === 0
      ? "all are within 1e-4 … 1e-1"
      : `${outside} of ${counted(known.length, "parameter")} are outside 1e-4 … 1e-1`;
  const text = `one update changes a parameter by ${size(least)} to ${size(most)} of its norm; ${range}`;
  return [{ label: "Updates", text }];
}

const KINDS = {
  norm: (limit: number) => `to norm ${limit}`,
  value: (limit: number) => `entries to ±${limit}`,
  unit: (limit: number) => `units to ${limit} of their weights`,
} as const;

function clip({ method, limit, before, after, share, angle }: ClipLedger, gradient: string): string {
  const how = KINDS[method](limit);
  if (share === 0) return `${how}: ${gradient} is ${power(before)} and is not clipped`;
  const part = method === "norm" ? "" : `${significant(100 * share, 2)} % are clipped; `;
  const turned = method === "norm" || angle === null ? "" : ` and turns it by ${degrees(angle)}`;
  return `${how}: ${part}this changes ${gradient} from ${power(before)} to ${power(after)}${turned}`;
}

function spectrum({ spec, state, window, singularValues, lyapunov, pascanu, weights, samples }: Jacobians): Finding[] {
  const matrix = spec.kind === "recurrent" && hasDecoder(spec) ? "the decoder's W_hh" : "W_hh";
  const { lnValues, unresolved } = singularValues;
  const known = lnValues.filter((ln) => ln !== null);
  const range =
    known.length === 0
      ? "every singular value is zero or not finite"
      : `singular values from ${power(known[0])} down to ${power(known[known.length - 1])}${
          unresolved > 0 ? `; ${unresolved} of ${lnValues.length} are too small to measure` : ""
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
      text: `the largest exponent is ${significant(value)} nats a step${interval}, over ${counted(lyapunov.steps, "step")}`,
    });
  }
  if (pascanu !== null && pascanu.boundPerStep !== null && pascanu.measuredPerStep !== null) {
    const { boundPerStep, measuredPerStep } = pascanu;
    const text = `the largest singular value of ${matrix} allows at most ${significant(boundPerStep)} nats a step; measured are ${significant(measuredPerStep)}`;
    rows.push({ label: "Bound", text });
  }
  for (const { gate, spectralRadius, norm, relativeDeparture } of weights) {
    if (spectralRadius === null || norm === null || relativeDeparture === null) continue;
    const name = weights.length === 1 ? matrix : `${matrix}, gate ${gate}`;
    const text = `${name}: spectral radius ${significant(spectralRadius)}, norm ${significant(norm)}, ${significant(100 * relativeDeparture, 2)} % away from a normal matrix`;
    rows.push({ label: "Weights", text });
  }
  return rows;
}
