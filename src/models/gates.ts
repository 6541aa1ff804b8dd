/*
 * The activations inside the LSTM and GRU of other frameworks: Keras's `activation` and `recurrent_activation`,
 * ONNX's
 * `activations`.
 */
import {
  GATE_ACTIVATIONS,
  type GateActivationName,
  INNER_ACTIVATIONS,
  type InnerActivationName,
} from "../catalogue/index.ts";
import type { Direction, RecurrentPart } from "./parts.ts";

/** An activation by our name. `slope` is that of a hard sigmoid, s of s a + ½ cut to 0 … 1. */
export interface NamedActivation {
  readonly name: string;
  readonly slope?: number;
}

/** The slope of PyTorch's hard sigmoid, and of ours. */
const SLOPE = 1 / 6;
const isOurs = ({ slope = SLOPE }: NamedActivation): boolean => Math.abs(slope / SLOPE - 1) < 1e-6;

/** The activations of an LSTM or a GRU if a cell here has them; otherwise undefined. */
export function gatedActivations(
  inner: NamedActivation,
  gate: NamedActivation,
): Pick<RecurrentPart, "innerActivation" | "gateActivation"> | undefined {
  const has = (names: readonly string[], { name }: NamedActivation) => names.includes(name);
  if (!has(INNER_ACTIVATIONS, inner) || !isOurs(inner) || !has(GATE_ACTIVATIONS, gate)) return undefined;
  return {
    ...(inner.name === "tanh" ? {} : { innerActivation: inner.name as InnerActivationName }),
    ...(gate.name === "sigmoid" ? {} : { gateActivation: gate.name as GateActivationName }),
  };
}

/** The place of the inner activation among the gates i, f, g, o and r, z, n. */
const INNER = 2;

/**
 * Converts the weights of gates with slope s to ours with slope 1/6: s a + ½ is a hard sigmoid of 6 s a, so the rows
 * of the gates are multiplied by 6 s.
 */
export function withSlope(side: Direction, gate: NamedActivation, gates: number): Direction {
  if (isOurs(gate)) return side;
  const factor = (gate.slope as number) / SLOPE;
  const scaled = (values: Float32Array) => {
    const length = values.length / gates;
    return values.map((value, i) => (Math.floor(i / length) === INNER ? value : factor * value));
  };
  return Object.fromEntries(Object.entries(side).map(([name, values]) => [name, scaled(values)]));
}

/** The name of an activation in a note. */
export const slopeNotes = (name: string, gate: NamedActivation): readonly string[] =>
  isOurs(gate)
    ? []
    : [
        `The gates of ${name} are a hard sigmoid of slope ${Number((gate.slope as number).toPrecision(6))}; PyTorch's has 1/6. Their weights and biases here are ${Number((6 * (gate.slope as number)).toPrecision(6))} times those of the file, which makes them the same gates.`,
      ];
