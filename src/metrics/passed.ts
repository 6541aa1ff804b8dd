import type { GradientFlow } from "../flow/index.ts";

/**
 * Finds the steps that the gradient of the last step cannot reach: if every layer is dilated, it reaches only the steps
 * that are a sum of dilations away; at the others it is zero by construction.
 *
 * @returns [T] 1 where it cannot arrive, 0 where it arrives; undefined if it arrives everywhere, as in any deep network
 */
export function passedSteps({ spec, lnGradientNorm }: Pick<GradientFlow, "spec" | "lnGradientNorm">) {
  if (spec.kind !== "recurrent") return undefined;
  const { dilation, timeSkip } = spec;
  const strides = [dilation, timeSkip?.steps ?? []].flat();
  if (strides.includes(1)) return undefined;
  const passed = new Uint8Array(lnGradientNorm.length).fill(1);
  const last = passed.length - 1;
  passed[last] = 0;
  for (let t = last - 1; t >= 0; t--) {
    if (strides.some((stride) => t + stride <= last && passed[t + stride] === 0)) passed[t] = 0;
  }
  return passed;
}
