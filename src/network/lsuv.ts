import type { DepthPass } from "../wasm/feedforward/pass.ts";
import { outputVariance } from "../wasm/feedforward/station-numbers.ts";

/**
 * Layer-sequential unit variance (Mishkin and Matas 2016): the tolerance around 1, and how often a layer is rescaled at
 * most.
 */
const TOLERANCE = 0.01;
const ROUNDS = 10;

/**
 * Rescales each layer's weight, first to last, until its output W u + b has variance 1 over the batch and its units. A
 * layer whose output has no variance is left as it is.
 *
 * @param values parameters by name; changed in place, and in the pass
 */
export function lsuv(pass: DepthPass, values: ReadonlyMap<string, Float32Array>): void {
  let ran = 0; // how many operations have run so far
  pass.tape.layers.forEach((operation, l) => {
    const name = values.has(`layers.${l}.weight_g`) ? `layers.${l}.weight_g` : `layers.${l}.weight`;
    const weight = values.get(name) as Float32Array;
    for (let round = 0; round < ROUNDS; round++) {
      pass.run(ran, operation + 1);
      const variance = outputVariance(pass, operation);
      if (!(variance > 0) || !Number.isFinite(variance) || Math.abs(variance - 1) <= TOLERANCE) break;
      const factor = 1 / Math.sqrt(variance);
      for (let i = 0; i < weight.length; i++) weight[i] *= factor;
      pass.parameters.load(values, [name]);
      ran = operation; // the layers before this one have not changed
    }
    ran = operation + 1;
  });
}
