import { power } from "../words/numbers.ts";
import type { Memory } from "./memory.ts";

/** A tensor whose values explain why little gets through its layer. */
export interface TensorAtFault {
  readonly factor: "bias" | "weights";
  readonly tensor: string;
  readonly layer: string;
  readonly sentence: string;
}

const BIAS = /bias|beta|(^|[._/])b(:0)?$/i;
/** A bias of this root mean square puts units onto flat ends, or turns them off. */
const LARGE_BIAS = 3;
/** Root mean squares of the entries of sound matrices: 1/√width, for any width in use. */
const [SMALL, LARGE] = [1e-4, 10];
/** It counts if its root mean square is this many times as far out as that of any other tensor. */
const APART = 2;

/**
 * The one tensor, among those of these layers, that is exactly zero, far too small or far too large. Null if there is
 * none, if there are several, or if weights were not recorded. The last layer may start at zero.
 */
export function tensorAtFault({ parameters }: Memory, layers: readonly string[], last: string): TensorAtFault | null {
  const ranked = [...parameters.values()]
    .flatMap(({ name, layer, count, lnWeightNorm }) => {
      // one entry stands for a size that was not recorded
      if (lnWeightNorm === null || count === 1 || !layers.includes(layer)) return [];
      const size = Math.exp(lnWeightNorm - 0.5 * Math.log(count));
      const isBias = BIAS.test(name);
      const far = isBias ? size / LARGE_BIAS : Math.max(size / LARGE, layer === last ? 0 : SMALL / size);
      return [{ name, layer, isBias, size, far }];
    })
    .sort((a, b) => b.far - a.far);
  const [first, second] = ranked;
  if (first === undefined || first.far < 1 || first.far < APART * (second?.far ?? 0)) return null;
  const { name, layer, isBias, size } = first;
  const what =
    size === 0
      ? "exactly zero"
      : `too ${size < 1 ? "small" : "large"} (its root mean square is ${power(Math.log(size))})`;
  return { factor: isBias ? "bias" : "weights", tensor: name, layer, sentence: `${name} is ${what}` };
}
