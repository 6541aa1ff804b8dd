import type { Part } from "./parts.ts";

/** Our leaky ReLU has PyTorch's slope of 0.01. A layer with another slope becomes a PReLU, which learns its slope. */
export function leaky(slope: number, name: string): Part {
  if (slope === 0.01) return { kind: "activation", name, shapes: {}, activation: "leaky_relu" };
  const notes = [`Leaky ReLU with a slope of ${slope} is computed as PReLU; the model has no gradient of this slope.`];
  return { kind: "activation", name, shapes: {}, activation: "prelu", slope: Float32Array.of(slope), notes };
}
