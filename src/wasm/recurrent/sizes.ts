import type { PlanBuilder } from "../plan.ts";

/** Plans the memory of one Gradient record: for each panel in flight, then for their sum. */
export function addGradients(
  plan: PlanBuilder,
  name: string,
  F: number,
  R: number,
  deltaRows: number,
  X: number,
  H: number,
): void {
  const floats = gradientFloats(R, deltaRows, X, H);
  plan.add(`${name}.gradientBlock`, "working", [F, floats]);
  plan.add(`${name}.gradientTotal`, "gradient", [F + 1, floats], "f64");
}

/** Numbers of one Gradient: panels [⌈X/8⌉ + ⌈H/8⌉][R][8], then the bias. */
export const gradientFloats = (R: number, deltaRows: number, X: number, H: number): number =>
  (Math.ceil(X / 8) + Math.ceil(H / 8)) * R * 8 + deltaRows;
