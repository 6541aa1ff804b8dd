import { power } from "../../words/numbers.ts";
import { THRESHOLDS } from "../thresholds.ts";
import { type Columns, isLarge, lnDrive, scaleOf, widestColumn } from "./input-columns.ts";
import type { PartCause } from "./part.ts";

/* Gates that let nothing in or out. */

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
  /** Whether its output gate counts; else the path reports it. */
  readonly out: boolean;
  /** Share of the input that gets into the state over a sequence, and over an endless one. */
  readonly admitted: number;
  readonly balance: number;
}

/** A gate that lets nothing through. */
export interface Shut {
  readonly cause: PartCause;
  readonly evidence: string;
  /** ln of what it lets through. */
  readonly ln: number;
}

/**
 * The first gate that lets nothing in, or nothing out; null if there is none. The output gates of layers whose `out` is
 * false are not judged.
 */
export function shutGate(layers: readonly GatedLayer[], columns: Columns): Shut | null {
  for (const layer of layers) {
    const found = shutIn(layer, columns) ?? (layer.out ? shutOut(layer, columns) : null);
    if (found !== null) return found;
  }
  return null;
}

function shutIn(layer: GatedLayer, columns: Columns): Shut | null {
  const { admitted, balance, gates } = layer;
  const least = Math.exp(-THRESHOLDS.gain);
  if (admitted > least && balance > THRESHOLDS.balance) return null;
  const writing = gates.filter(({ kind }) => kind === "gate");
  const gate =
    writing.find(({ letter }) => letter === "i") ??
    writing.reduce((a, b) => (extreme(b.open) > extreme(a.open) ? b : a));
  const cause = closedBy(layer, gate, columns, "lets nothing of the input in");
  const ln = Math.log(admitted);
  return {
    cause: { ...cause, nats: ln },
    evidence: `Over a sequence, ${power(ln)} of the input gets into the state`,
    ln,
  };
}

/** An output gate that hides the state. */
function shutOut(layer: GatedLayer, columns: Columns): Shut | null {
  const gate = layer.gates.find(({ letter }) => letter === "o");
  if (gate === undefined || gate.open > Math.exp(-THRESHOLDS.gain)) return null;
  const ln = Math.log(gate.open);
  const cause = closedBy(layer, gate, columns, "lets nothing of the state out");
  return { cause: { ...cause, nats: ln }, evidence: "So neither the state nor its gradient gets through", ln };
}

/** What closes a gate: a bias, the scale of the inputs, or the weights. */
function closedBy({ of, tensors, ofInputs }: GatedLayer, gate: Gate, columns: Columns, effect: string): PartCause {
  const [first, second] = gate.biases.map(Math.abs);
  const bias = second > first ? tensors.biases[1] : tensors.biases[0];
  const what = `gate ${gate.letter}${of} is at ${levelOf(gate.open)} and ${effect}`;
  const isByBias = !ofInputs || Math.log(Math.max(first, second)) >= lnDrive(columns);
  if (isByBias) return { factor: "closed-gate", tensor: bias, nats: 0, sentence: `${what}: ${bias} closes it` };
  const widest = widestColumn(columns);
  if (widest !== undefined && isLarge(columns, widest)) {
    const { sentence } = scaleOf(columns, widest, 0);
    return { factor: "input-scale", tensor: widest.name, nats: 0, sentence: `${what}: ${sentence}` };
  }
  return { factor: "weights", tensor: tensors.weight, nats: 0, sentence: `${what}: ${tensors.weight} is too large` };
}

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
