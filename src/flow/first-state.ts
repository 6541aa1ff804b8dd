import type { RecurrentPass } from "../wasm/recurrent/pass.ts";
import { beginsElsewhere } from "../spec/initial-state.ts";
import { lnTensorNorm } from "./log-norm.ts";
import type { GradientFlow, ScaledNumbers } from "./types/index.ts";

/** How much of the gradient reaches the first state that the spec sets; empty if the first state is zero. */
export function readFirstState(pass: RecurrentPass): Pick<GradientFlow, "initialState"> {
  const { spec, layers, B } = pass.geometry;
  if (!beginsElsewhere(spec)) return {};
  const { h, c } = pass.state.gradient;
  const at = { h: 0, c: 0 };
  const norm = (part: "h" | "c", { data, exponent }: ScaledNumbers, H: number) => {
    const from = at[part];
    at[part] += B * H;
    return lnTensorNorm(data.subarray(from, at[part]), exponent);
  };
  return {
    initialState: {
      kind: spec.initialState === "learned" ? "learned" : "given",
      layers: layers.map(({ suffix, H, cell }) => ({
        suffix,
        lnGradientNorm: norm("h", h, H),
        ...(c === undefined || cell.direct !== "cell" ? {} : { lnCellGradientNorm: norm("c", c, H) }),
      })),
    },
  };
}
