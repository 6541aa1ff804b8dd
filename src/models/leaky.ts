import type { Part } from "./parts.ts";

/** Our leaky ReLU has PyTorch's slope of 0.01. For another slope, PReLU is used, which learns it. */
export function leaky(slope: number, name: string): Part {
  if (slope === 0.01) return { kind: "activation", name, shapes: {}, activation: "leaky_relu" };
  const notes = [
    `Leaky ReLU with a slope of ${slope} is computed as PReLU; the slope's own gradient is none of the model's.`,
  ];
  return { kind: "activation", name, shapes: {}, activation: "prelu", slope: Float32Array.of(slope), notes };
}
