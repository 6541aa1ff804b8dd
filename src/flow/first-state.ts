import type { RecurrentPass } from "../wasm/recurrent/pass.ts";
import { beginsElsewhere } from "../spec/initial-state.ts";
import { lnTensorNorm } from "./log-norm.ts";
import type { GradientFlow, ScaledNumbers } from "./types/index.ts";

/** How much of the gradient reaches the state that the spec begins with; nothing where that is zero. */
export function readFirstState(pass: RecurrentPass): Pick<GradientFlow, "initialState"> {
  const { spec, layers, B, H } = pass.geometry;
  if (!beginsElsewhere(spec)) return {};
  const { h, c } = pass.state.gradient;
  const norm = ({ data, exponent }: ScaledNumbers, n: number) =>
    lnTensorNorm(data.subarray(n * B * H, (n + 1) * B * H), exponent);
  return {
    initialState: {
      kind: spec.initialState === "learned" ? "learned" : "given",
      layers: layers.map(({ suffix }, n) => ({
        suffix,
        lnGradientNorm: norm(h, n),
        ...(c === undefined ? {} : { lnCellGradientNorm: norm(c, n) }),
      })),
    },
  };
}
