import type { GradientFlow } from "../../flow/index.ts";
import { nonfiniteLayer } from "../../flow/index.ts";
import { passedSteps } from "../../metrics/index.ts";
import { counted, power, ratio } from "../../words/numbers.ts";
import type { Finding } from "../kit/finding.ts";
import { LN_FLOAT32_LEAST, LN_FLOAT32_MOST } from "../kit/float32.ts";
import { CLOSELY_EXPONENTIAL } from "./decay-sentence.ts";

/* Findings on numbers that left the range of a float32, or are not finite. */

/** ln of half of float32's spacing at 1: adding a number smaller than this share of a sum does not change the sum. */
export const LN_ROUNDING = -24 * Math.LN2;

export function nonfinite({ nonfinite: at, spec }: GradientFlow): Finding | undefined {
  if (at === undefined) return undefined;
  const step = at.step === undefined ? "" : `step ${at.step}, `;
  const layer = nonfiniteLayer(spec, at);
  return { label: "Non-finite", text: `the first NaN or infinity is at ${step}${layer}, in ${at.tensor}` };
}

export function range(flow: GradientFlow): Finding | undefined {
  const { lnGradientNorm: profile, axis } = flow;
  const last = profile.length - 1;
  if (!Number.isFinite(profile[last]) || !Number.isFinite(profile[0]) || last === 0) return undefined;
  const gain = profile[0] - profile[last];
  const became =
    Math.abs(gain) < 0.05 ? "the same size" : gain < 0 ? `${ratio(gain)} times smaller` : `${ratio(gain)} times larger`;
  return {
    label: "Range",
    text: `the norm of the loss's gradient is ${power(profile[last])} at ${axis} ${last} and ${power(profile[0])} at ${axis} 0: ${became}`,
  };
}

/** Numbers that were too small for a float32, which neither the profile nor a gradient shows. */
export function underflows({ lnGradientNorm, axis, underflow, forwardUnderflow }: GradientFlow): Finding | undefined {
  const texts: string[] = [];
  if (underflow !== undefined && !lnGradientNorm.includes(Number.NEGATIVE_INFINITY)) {
    const what =
      underflow.of === "entries"
        ? "a sample's gradient has entries too small for a float32 beside its largest"
        : "a derivative is too small for all digits of a float32";
    texts.push(`at ${axis} ${underflow.station} ${what}: gradients before it are less exact, or zero`);
  }
  if (forwardUnderflow !== undefined) {
    texts.push(
      `activations are too small for a float32 from ${axis} ${forwardUnderflow.station} on: ` +
        "gradients of the weights that multiply them have few digits, or are zero",
    );
  }
  return texts.length === 0 ? undefined : { label: "Underflow", text: texts.join("; ") };
}

export function exactZero(flow: GradientFlow): Finding | undefined {
  const { lnGradientNorm: profile, axis, underflow } = flow;
  const passed = passedSteps(flow);
  const at = profile.findLastIndex((value, t) => value === Number.NEGATIVE_INFINITY && passed?.[t] !== 1);
  if (at < 0) return undefined;
  const all = at === profile.length - 1;
  const station = `${axis} ${underflow?.station}`;
  const reason =
    underflow?.of === "entries"
      ? `behind ${station} only entries are left that are too small for a float32 beside the largest`
      : `at ${station} a derivative is too small for a float32`;
  const why = underflow === undefined ? "" : `; ${reason}`;
  const place = all
    ? `from the loss on`
    : `at ${axis} ${at}, ${counted(profile.length - 1 - at, axis)} before the last`;
  return { label: "Dead", text: `the gradient is exactly zero ${place}${why}` };
}

/** The station from which on a float32 cannot hold the norm. */
export function float32({ lnGradientNorm: profile, axis, decay, task }: GradientFlow): Finding | undefined {
  const last = profile.length - 1;
  const start = profile[last];
  const label = "float32";
  const over = profile.findLastIndex((ln) => ln >= LN_FLOAT32_MOST);
  if (over >= 0 && Number.isFinite(profile[over])) {
    return { label, text: `overflows (3.4e38) at ${axis} ${over}, ${counted(last - over, axis)} before the last` };
  }
  const under = profile.findLastIndex((ln) => Number.isFinite(ln) && ln < LN_FLOAT32_LEAST);
  if (under >= 0) {
    return { label, text: `underflows (1.4e-45) at ${axis} ${under}, ${counted(last - under, axis)} before the last` };
  }
  if (decay === null || decay.perStation <= 0 || decay.rSquared < CLOSELY_EXPONENTIAL || task.lossAt === "every") {
    return undefined;
  }
  const distance = Math.round((start - LN_FLOAT32_LEAST) / decay.perStation);
  if (distance > 10 * profile.length) return undefined;
  const text = `can hold every norm here; at this rate it would underflow (1.4e-45) ${counted(distance, axis)} before the last`;
  return { label, text };
}
