import type { GradientFlow } from "../flow/index.ts";

/**
 * Steps the gradient of the last step goes by: where every layer is dilated, only those a sum of dilations away have a
 * part in it, and at the others it is zero by construction.
 *
 * @returns [T] 1 where it goes by, 0 where it arrives; undefined where it arrives everywhere, as in any deep network
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
