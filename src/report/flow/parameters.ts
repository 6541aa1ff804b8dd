import type { ParameterFlow } from "../../flow/index.ts";
import { power } from "../../words/numbers.ts";

/** Every parameter's gradient norm beside its own norm, as the cells of a table. */
export function parameterRows(parameters: readonly ParameterFlow[]): { heads: string[]; rows: string[][] } {
  return {
    heads: ["parameter", "shape", "‖∂L/∂W‖", "‖W‖", "ratio"],
    rows: parameters.map(({ name, shape, lnGradientNorm, lnNorm }) => [
      name,
      `[${shape.join(", ")}]`,
      power(lnGradientNorm),
      power(lnNorm),
      lnNorm === Number.NEGATIVE_INFINITY ? "" : power(lnGradientNorm - lnNorm),
    ]),
  };
}
