import type { RecurrentOracleSpec } from "./recurrent.ts";

const GATES: Readonly<Record<string, number>> = { lstm: 4, gru: 3 };

/**
 * Every parameter's name and shape, in PyTorch's order.
 *
 * @param X inputs
 * @param Y outputs; 0 for no readout
 */
export function recurrentShapes(spec: RecurrentOracleSpec, X: number, Y: number): [name: string, shape: number[]][] {
  const H = spec.hidden;
  const G = GATES[spec.cell] ?? 1;
  const suffixes = spec.bidirectional ? ["", "_reverse"] : [""];
  const D = suffixes.length;
  const shapes: [string, number[]][] = [];
  for (let l = 0; l < spec.layers; l++) {
    for (const suffix of suffixes) {
      shapes.push([`rnn.weight_ih_l${l}${suffix}`, [G * H, l === 0 ? X : D * H]]);
      shapes.push([`rnn.weight_hh_l${l}${suffix}`, [G * H, H]]);
      shapes.push([`rnn.bias_ih_l${l}${suffix}`, [G * H]], [`rnn.bias_hh_l${l}${suffix}`, [G * H]]);
    }
  }
  if (Y > 0) shapes.push(["readout.weight", [Y, D * H]], ["readout.bias", [Y]]);
  return shapes;
}
