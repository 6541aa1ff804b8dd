import { power } from "../../words/numbers.ts";
import { THRESHOLDS } from "../thresholds.ts";
import { type Columns, isLarge, lnDrive, scaleOf, widestColumn } from "./input-columns.ts";
import type { PartCause } from "./part.ts";

/* Gates that let nothing in or out, and cell states that the gradient does not reach. */

export interface Gate {
  readonly letter: string;
  readonly kind: "gate" | "candidate";
  /** Mean of σ(a), or of |tanh a|. */
  readonly open: number;
  readonly flat: number;
  /** Mean of its entries of b_ih and of b_hh. */
  readonly biases: readonly [number, number];
}

/** The gates of one layer and direction. */
export interface GatedLayer {
  /** "", or " of layer l1" in a stack or with two directions. */
  readonly of: string;
  /** The names of b_ih, b_hh and W_ih. */
  readonly tensors: { readonly biases: readonly [string, string]; readonly weight: string };
  /** Whether the inputs set the gates too; else the biases alone. */
  readonly ofInputs: boolean;
  readonly gates: readonly Gate[];
  /** ln of ‖∂L/∂c‖ beside ‖∂L/∂h‖ at its steps; null for a layer without c, and for one that the path reports. */
  readonly lnCell: number | null;
  /** Share of the input that gets into the state over a sequence, and over an endless one. */
  readonly admitted: number;
  readonly balance: number;
}

/** A gate that lets nothing through, or a cell state whose gradient is lost in tanh(c). */
export interface Shut {
  readonly state: "shut" | "saturated";
  readonly cause: PartCause;
  readonly evidence: string;
  /** ln of what it lets through. */
  readonly ln: number;
}

/** The first gate or cell state that lets nothing in, or nothing out; null if there is none. */
export function shutGate(layers: readonly GatedLayer[], columns: Columns): Shut | null {
  for (const layer of layers) {
    const found = shutIn(layer, columns) ?? shutOut(layer, columns);
    if (found !== null) return found;
  }
  return null;
}

function shutIn(layer: GatedLayer, columns: Columns): Shut | null {
  const { of, admitted, balance, gates } = layer;
  const least = Math.exp(-THRESHOLDS.gain);
  if (admitted > least && balance > THRESHOLDS.balance) return null;
  const writing = gates.filter(({ kind }) => kind === "gate");
  const gate =
    writing.find(({ letter }) => letter === "i") ??
    writing.reduce((a, b) => (extreme(b.open) > extreme(a.open) ? b : a));
  const { sentence, ...setter } = setterOf(layer, gate, columns);
  const ln = Math.log(admitted);
  return {
    state: "shut",
    cause: {
      ...setter,
      nats: ln,
      sentence: `gate ${gate.letter}${of} is at ${levelOf(gate.open)} and lets nothing of the input in: ${sentence}`,
    },
    evidence: `Over a sequence, ${power(ln)} of the input gets into the state`,
    ln,
  };
}

/** A layer whose cell state gets almost nothing of the gradient of its h. */
function shutOut(layer: GatedLayer, columns: Columns): Shut | null {
  const { lnCell: ln } = layer;
  if (ln === null || ln > -THRESHOLDS.gain) return null;
  const { gate, ...rest } = hiderOf(layer, ln, columns);
  return {
    state: gate === null ? "saturated" : "shut",
    cause: { ...rest, nats: ln },
    evidence: `So the cell state gets ${power(ln)} of the gradient of h`,
    ln,
  };
}

/**
 * What hides c behind h: the output gate, if it accounts for half of the nats, or a tanh(c) that is flat, because a
 * candidate fills c.
 */
export function hiderOf(
  layer: GatedLayer,
  ln: number,
  columns: Columns,
): Omit<PartCause, "nats"> & { readonly gate: Gate | null } {
  const { of, gates } = layer;
  const gate = gates.find(({ letter }) => letter === "o");
  if (gate !== undefined && Math.log(gate.open) <= ln / 2) {
    const { sentence, ...setter } = setterOf(layer, gate, columns);
    const what = `the output gate o${of} is at ${levelOf(gate.open)} and lets nothing of the state out`;
    return { ...setter, gate, sentence: `${what}: ${sentence}` };
  }
  const candidate = gates.find(({ kind }) => kind === "candidate");
  const what = `tanh(c)${of} is saturated`;
  if (candidate === undefined || (Math.max(...candidate.biases.map(Math.abs)) < FILLS && candidate.open < FULL))
    return { factor: "cell-output", gate: null, sentence: `${what}: a step writes more into c than it forgets` };
  const { sentence, ...setter } = setterOf(layer, candidate, columns);
  const factor = setter.factor === "closed-gate" ? "cell-output" : setter.factor;
  return {
    ...setter,
    factor,
    gate: null,
    sentence: `${what}, because candidate ${candidate.letter} fills c: ${sentence}`,
  };
}

/** A candidate's bias of this size fills c over the steps, and so does a mean |tanh a| of this size. */
const [FILLS, FULL] = [0.3, 0.9];

/** What sets a gate: a bias, the scale of the inputs, or the weights. */
function setterOf({ tensors, ofInputs }: GatedLayer, gate: Gate, columns: Columns): Omit<PartCause, "nats"> {
  const [first, second] = gate.biases.map(Math.abs);
  const bias = second > first ? tensors.biases[1] : tensors.biases[0];
  const isByBias = ofInputs
    ? Math.log(Math.max(first, second)) >= lnDrive(columns)
    : gate.kind === "candidate" || Math.abs(first + second) >= extreme(gate.open) / 2;
  if (isByBias)
    return { factor: "closed-gate", tensor: bias, sentence: `${bias} ${gate.kind === "gate" ? "closes" : "sets"} it` };
  const widest = widestColumn(columns);
  if (widest !== undefined && isLarge(columns, widest)) {
    const { nats: _, ...scale } = scaleOf(columns, widest, 0);
    return { ...scale, tensor: widest.name };
  }
  return (ofInputs ? lnDrive(columns) < Math.log(LOUD) : extreme(gate.open) < LOUD)
    ? { factor: "closed-gate", sentence: "inputs and state set it" }
    : { factor: "weights", tensor: tensors.weight, sentence: `${tensors.weight} is too large` };
}

/** Weights count as too large from a pre-activation of this size on. */
const LOUD = 3;

/** The letters of the gates if all of them are on flat ends, where the input cannot move them; else null. */
export function saturatedGates({ gates, ofInputs }: GatedLayer): string | null {
  if (!ofInputs || gates.length === 0 || gates.some(({ flat }) => flat < THRESHOLDS.flat)) return null;
  return gates.map(({ letter }) => letter).join(", ");
}

/** How near a gate is to 0 or 1, in nats. */
const extreme = (open: number): number => Math.max(-Math.log(open), -Math.log(1 - open));

/** "4.5e-5", or "1 − 6.1e-6" for a gate that is wide open. */
const levelOf = (open: number): string =>
  open > 0.99 && open < 1 ? `1 − ${power(Math.log(1 - open))}` : power(Math.log(open));
