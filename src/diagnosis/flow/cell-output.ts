import type { GradientFlow } from "../../flow/index.ts";
import { power } from "../../words/numbers.ts";
import type { TensorAtFault } from "./tensors-at-fault.ts";
import { gatedLayers } from "./stack-readings.ts";

/**
 * What hides c behind h at the last step: the output gate of a highest layer, or tanh(c). The gate does if it accounts
 * for half of the nats. Undefined if the gates were not measured.
 *
 * @param entry nats between (∂L/∂h, ∂L/∂c) and ∂L/∂c at the last step
 */
export function hiddenBy(flow: GradientFlow, entry: number): TensorAtFault | undefined {
  const { spec } = flow;
  if (spec.kind !== "recurrent") return undefined;
  const directions = spec.bidirectional ? 2 : 1;
  const top = gatedLayers(flow).slice(-directions);
  const common = { factor: "cell-output" } as const;
  const outputs = top.flatMap(({ gates, of, tensors }) =>
    gates.filter(({ letter }) => letter === "o").map((gate) => ({ gate, of, tensors })),
  );
  if (outputs.length === 0) return undefined;
  const widest = outputs.reduce((a, b) => (b.gate.open > a.gate.open ? b : a));
  const { gate, of, tensors } = widest;
  if (Math.log(gate.open) > entry / 2) {
    return {
      ...common,
      sentence: `tanh(c)${of} is saturated at the last step, so little of the gradient gets from h into c`,
    };
  }
  const [first, second] = gate.biases.map(Math.abs);
  const tensor = second > first ? tensors.biases[1] : tensors.biases[0];
  const isByBias = Math.max(first, second) >= CLOSES;
  const at = `the output gate o${of} is at ${power(Math.log(gate.open))}, so little of the gradient gets from h into c`;
  return isByBias
    ? { ...common, tensor, sentence: `${at}: ${tensor} closes it` }
    : { ...common, sentence: `${at}: the inputs close it` };
}

/** A bias of −ln 99 = −4.6 closes a gate to a hundredth. */
const CLOSES = 4.6;
