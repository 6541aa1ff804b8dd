import { activationFacts, type ActivationName, CELL_TABLE, saturationSlope } from "../catalogue/index.ts";
import { firstStack } from "../spec/decoder.ts";
import type { NetworkSpec, RecurrentSpec } from "../spec/index.ts";
import { layerSpecs } from "../spec/layers.ts";
import type { Batch } from "../tasks/batch.ts";
import { rowsLookedAt } from "./entrance.ts";
import type { GateEntrance, LayerGates } from "./types/index.ts";

/** A batch of sequences, and whether its columns are what the first layer reads. */
export interface Fed {
  readonly batch: Batch;
  /** False behind an embedding or a stem. */
  readonly direct: boolean;
}

/** Gives a parameter's values by its name. */
type Values = (name: string) => ArrayLike<number> | undefined;

/**
 * The gates of every gated layer and direction. In the first layer, the inputs and the biases set them:
 * a = W_ih x + b_ih + b_hh, without what the state adds. In other layers, and behind an embedding or a stem, it is the
 * biases alone. Cells without gates are left out, normed ones too, because their normalization removes the scale, and
 * the minimal RNN, whose gate does not see x.
 */
export function readLayerGates(spec: NetworkSpec, fed: Fed, value: Values): LayerGates[] {
  if (spec.kind !== "recurrent") return [];
  const directions = spec.bidirectional ? ["", "_reverse"] : [""];
  return layerSpecs(spec).flatMap((own, level) =>
    directions.flatMap((direction) => {
      const suffix = `l${level}${direction}`;
      const ofInputs = level === 0 && fed.direct;
      return readGates(own, { ...fed, direct: ofInputs }, (leaf) => value(`${firstStack(spec)}.${leaf}_${suffix}`), {
        suffix,
        ofInputs,
      });
    }),
  );
}

/**
 *     admitted = E[what a step writes of the new] · min(T, 1/(1 − kept))
 *     balance  = E[what a step writes of the new] / (1 − kept)
 *
 * `admitted` is what a sequence leaves of its input in a state that keeps `kept` a step. Chrono's first biases have a
 * balance of 1, and a gate that never opens has 0.
 */
function readGates(
  spec: RecurrentSpec,
  { batch: { inputs, inputSize, batch: B, steps: T = 1 }, direct }: Fed,
  value: Values,
  place: Pick<LayerGates, "suffix" | "ofInputs">,
): LayerGates[] {
  const cell = CELL_TABLE[spec.cell];
  const { letters, keeps, writes } = cell;
  const W = direct ? value("weight_ih") : [];
  if (spec.norm !== "none" || keeps === undefined || letters.length < 2 || W === undefined) return [];
  const H = spec.hidden;
  const X = direct ? inputSize : 0;
  const biases = ["bias_ih", "bias_hh"].map(value);
  const count = direct ? rowsLookedAt(T * B, letters.length * H * X) : 1;
  const readers = gateReaders(spec);
  const open = new Float64Array(letters.length * H);
  const flat = new Float64Array(letters.length);
  for (let r = 0; r < count; r++) {
    const row = Math.floor((r * T * B) / count) * X;
    for (let i = 0; i < open.length; i++) {
      const gate = Math.floor(i / H);
      let a = (biases[0]?.[i] ?? 0) + (biases[1]?.[i] ?? 0);
      for (let k = 0; k < X; k++) a += W[i * X + k] * inputs[row + k];
      const { open: opened, isFlat } = readers[gate]!;
      open[i] += opened(a) / count;
      if (isFlat(a)) flat[gate] += 1 / (count * H);
    }
  }
  const mean = (values: ArrayLike<number> | undefined, gate: number) => {
    let sum = 0;
    for (let i = gate * H; i < (gate + 1) * H; i++) sum += values?.[i] ?? 0;
    return sum / H;
  };
  const gates = letters.map(
    (letter, gate): GateEntrance => ({
      letter,
      kind: isCandidate(letter) ? "candidate" : "gate",
      open: mean(open, gate),
      flat: flat[gate],
      biases: [mean(biases[0], gate), mean(biases[1], gate)],
    }),
  );
  let admitted = 0;
  let balance = 0;
  for (let i = 0; i < H; i++) {
    const held = open[keeps.gate * H + i];
    const kept = keeps.sign > 0 ? held : 1 - held;
    const written = writes === undefined ? 1 - kept : open[writes * H + i];
    const lost = Math.max(1 - kept, Number.MIN_VALUE);
    admitted += (written * Math.min(T, 1 / lost)) / H;
    balance += written / lost / H;
  }
  return [{ ...place, gates, admitted, balance }];
}

/** An activation inside a gated cell: how open it is, and whether its slope is below 1 % of the largest. */
interface GateReader {
  readonly open: (a: number) => number;
  readonly isFlat: (a: number) => boolean;
}

/** For each gate of a cell, how its activation is read. */
function gateReaders({ cell: name, cellOptions }: RecurrentSpec): GateReader[] {
  const cell = CELL_TABLE[name];
  const own = (option: "innerActivation" | "gateActivation", usual: ActivationName) =>
    gateReader((cell.options.includes(option) ? cellOptions[option] : undefined) ?? usual);
  const [inner, outer] = [own("innerActivation", "tanh"), own("gateActivation", "sigmoid")];
  return cell.letters.map((letter) => (isCandidate(letter) ? inner : outer));
}

/** For each gate of a cell, whether a pre-activation is on a flat end. */
export const flatIn = (spec: RecurrentSpec): ((a: number) => boolean)[] =>
  gateReaders(spec).map(({ isFlat }) => isFlat);

/** |a| above which σ' and tanh' are below 1 % of their largest: arcosh 10 of tanh, and twice that of σ. */
const FLAT = { sigmoid: 5.98645, tanh: 2.99322 } as const;

function gateReader(name: ActivationName): GateReader {
  if (name === "tanh") return { open: (a) => Math.abs(Math.tanh(a)), isFlat: (a) => Math.abs(a) > FLAT.tanh };
  if (name === "sigmoid") {
    return { open: (a) => 1 / (1 + Math.exp(-a)), isFlat: (a) => Math.abs(a) > FLAT.sigmoid };
  }
  const { value, slope } = activationFacts(name);
  const least = saturationSlope(name);
  return { open: (a) => Math.abs(value(a)), isFlat: (a) => Math.abs(slope(a)) < least };
}

/** The letters of candidates, which go through tanh; the others are gates, which go through σ. */
const isCandidate = (letter: string): boolean => letter === "g" || letter === "n";
