import type { GradientFlow } from "../flow/index.ts";
import type { Jacobians } from "../jacobians.ts";
import type { ClipLedger } from "../metrics/index.ts";
import type { Finding } from "./findings.ts";
import { counted, degrees, power, significant } from "./numbers.ts";

/** What may be reported beside a flow. */
export interface FlowExtras {
  /** What each kind of clipping that was asked for does to the weights' gradient. */
  readonly clipping?: readonly ClipLedger[] | undefined;
  /** Spectra of the trajectory's Jacobians. */
  readonly jacobians?: Jacobians | undefined;
}

/** @param flow whose gradient was clipped: the truncated one where there is one */
export function extraFindings({ clipping = [], jacobians }: FlowExtras, flow: GradientFlow): Finding[] {
  const gradient = flow.truncated === undefined ? "‖∂L/∂W‖" : "truncated ‖∂L/∂W‖";
  return [
    ...clipping.map((ledger) => ({ label: "Clipping", text: clip(ledger, gradient) })),
    ...(jacobians === undefined ? [] : spectrum(jacobians)),
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
