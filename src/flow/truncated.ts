import type { ParameterShape } from "../spec/parameters.ts";
import type { RecurrentPass } from "../wasm/recurrent/pass.ts";
import type { ScaledTensor } from "../wasm/scaled.ts";
import { fitDecay } from "./decay.ts";
import { direction } from "./direction.ts";
import { readProfiles } from "./profiles.ts";
import type { TruncatedFlow } from "./types/index.ts";

/**
 * Compares the truncated gradient of a finished pass with the full one.
 *
 * @param full      ∂L/∂W by every path
 * @param truncated ∂L/∂W of the truncated sweeps
 */
export function* readTruncated(
  pass: RecurrentPass,
  table: readonly ParameterShape[],
  full: (name: string) => ScaledTensor,
  truncated: (name: string) => ScaledTensor,
): Generator<void, TruncatedFlow> {
  const { together } = yield* readProfiles(pass, () => pass.truncatedStream);
  const { k1, k2 } = pass.geometry.options.truncate!;
  const fulls = table.map(({ name }) => full(name));
  const cut = table.map(({ name }) => truncated(name));
  return {
    k1,
    k2,
    lnGradientNorm: together,
    decay: fitDecay(together),
    parameters: table.map(({ name }, i) => ({ name, ...direction([fulls[i]], [cut[i]]) })),
    ...direction(fulls, cut),
  };
}
