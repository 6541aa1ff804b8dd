import type { NamedActivation } from "../gates.ts";
import type { OnnxNode } from "./proto.ts";

/** Defaults of α, for ONNX's activations that have this parameter. */
const ALPHA: Readonly<Record<string, number>> = {
  affine: 1,
  leakyrelu: 0.01,
  thresholdedrelu: 1,
  scaledtanh: 1,
  hardsigmoid: 0.2,
  elu: 1,
};
/** Defaults of β. */
const BETA: Readonly<Record<string, number>> = { affine: 0, scaledtanh: 1, hardsigmoid: 0.5 };

/** This project's name of an activation; ONNX's own name if this project does not have the activation. */
function named(name: string, alpha: number, beta: number): NamedActivation {
  const close = (value: number, to: number) => Math.abs(value - to) < 1e-6;
  switch (name) {
    case "affine":
      return { name: close(alpha, 1) && close(beta, 0) ? "identity" : name };
    case "leakyrelu":
      return { name: close(alpha, 0.01) ? "leaky_relu" : name };
    case "elu":
      return { name: close(alpha, 1) ? "elu" : `elu of ${alpha}` };
    case "hardsigmoid":
      return close(beta, 0.5) ? { name: "hardsigmoid", slope: alpha } : { name: `${name} of ${beta}` };
    default:
      return { name };
  }
}

/**
 * The activations of an LSTM or a GRU: the inner one and that of the gates. Each direction lists its own: f, g and h
 * for an LSTM, f and g for a GRU. If no cell here has the combination, `inner` holds all names, which no cell accepts.
 */
export function nodeActivations(
  { op, attributes }: OnnxNode,
  directions: number,
): { readonly inner: NamedActivation; readonly gate: NamedActivation } {
  const own = op === "LSTM" ? ["sigmoid", "tanh", "tanh"] : ["sigmoid", "tanh"];
  const listed = (attributes.get("activations")?.texts ?? []).map((text) => text.toLowerCase());
  const names = listed.length > 0 ? listed : Array.from({ length: directions }, () => own).flat();
  const alphas = [...(attributes.get("activation_alpha")?.floats ?? [])];
  const betas = [...(attributes.get("activation_beta")?.floats ?? [])];
  const all = names.map((name) =>
    named(
      name,
      name in ALPHA ? (alphas.shift() ?? ALPHA[name]) : Number.NaN,
      name in BETA ? (betas.shift() ?? BETA[name]) : Number.NaN,
    ),
  );
  const [gate, inner] = all;
  const same = (a: NamedActivation, b: NamedActivation) => a.name === b.name && a.slope === b.slope;
  const fits =
    all.length === directions * own.length && all.every((each, i) => same(each, i % own.length === 0 ? gate : inner));
  return fits ? { inner, gate } : { inner: { name: names.join() }, gate };
}
