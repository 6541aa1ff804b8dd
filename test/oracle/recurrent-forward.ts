/**
 * A stack of recurrent layers over T steps, forward, one sample and one step at a time.
 * Axes: B batch · T steps · L layers · X inputs · H hidden · D directions (1, or 2 bidirectional).
 *
 *   h_t^l = cell(x_t^l, h_{t−1}^l),  x_t^0 = x_t,  x_t^{l+1} = [h_t^l of every direction],  h_{−1} = c_{−1} = 0
 *
 * A reversed direction (`_reverse` names) starts from zero state at t = T−1; its arrays are indexed by t like all
 * others.
 */
import { type CellName, ELMAN_CELLS, type ElmanCellName } from "../../src/catalogue/index.ts";
import { sigmoid } from "./activations.ts";
import type { Cell, CellWeights, Step } from "./cell.ts";
import { elman } from "./elman.ts";
import { gru } from "./gru.ts";
import { sum, times, zeros } from "./linear.ts";
import { type LstmStep, lstm } from "./lstm.ts";
import { named, type Parameters, type Vector } from "./tensor.ts";

/** The fields of a RecurrentSpec the oracle reads. */
export interface RecurrentOracleSpec {
  readonly cell: CellName;
  readonly hidden: number;
  readonly layers: number;
  readonly bidirectional?: boolean | undefined;
}

/** A state to shift by `by` during the forward pass, for differences of L in h or c. */
export interface Nudge {
  readonly of: "h" | "c";
  /** `l0`, `l0_reverse`, `l1` … */
  readonly suffix: string;
  readonly t: number;
  readonly b: number;
  readonly i: number;
  readonly by: number;
}

/** @throws Error for cells that PyTorch does not have; they are in cells/ */
export function cellOf(name: CellName): Cell {
  if (name === "lstm") return lstm;
  if (name === "gru") return gru;
  if ((ELMAN_CELLS as readonly string[]).includes(name)) return elman(name as ElmanCellName);
  throw new Error(`oracle: ${name} is not a cell of PyTorch's, see cells/`);
}

export const weightsOf = (parameters: Parameters, suffix: string): CellWeights => ({
  ih: named(parameters, `rnn.weight_ih_${suffix}`),
  hh: named(parameters, `rnn.weight_hh_${suffix}`),
  bih: named(parameters, `rnn.bias_ih_${suffix}`),
  bhh: named(parameters, `rnn.bias_hh_${suffix}`),
});

/** One layer in one direction, forward. */
export interface LayerTrace {
  readonly suffix: string;
  readonly reverse: boolean;
  readonly input: Vector[][]; // [T][B][X or D·H]
  readonly steps: Step[][]; // [T][B]
  /** The state before the first step, for a part of a longer trace; zero if left out. */
  readonly before?: Step[]; // [B]
}

export interface Trace {
  readonly layers: LayerTrace[];
  readonly output: Vector[][]; // top layer, directions concatenated [T][B][D·H]
}

export const zeroState = (H: number): Step => ({ h: zeros(H), c: zeros(H) });

/** @param x `[T][B][X]` */
export function forward(spec: RecurrentOracleSpec, parameters: Parameters, x: Vector[][], nudge?: Nudge): Trace {
  const cell = cellOf(spec.cell);
  const [T, B] = [x.length, x[0].length];
  let input = x;
  const layers: LayerTrace[] = [];
  for (let l = 0; l < spec.layers; l++) {
    const directions = (spec.bidirectional ? [false, true] : [false]).map((reverse): LayerTrace => {
      const suffix = `l${l}${reverse ? "_reverse" : ""}`;
      const weights = weightsOf(parameters, suffix);
      const steps: Step[][] = new Array(T);
      let previous = Array.from({ length: B }, () => zeroState(spec.hidden));
      for (let k = 0; k < T; k++) {
        const t = reverse ? T - 1 - k : k;
        steps[t] = input[t].map((x, b) => {
          const p = sum(times(weights.ih, x), [...weights.bih.data]);
          const r = sum(times(weights.hh, previous[b].h), [...weights.bhh.data]);
          const step = cell.forward(p, r, previous[b]);
          if (nudge?.suffix === suffix && nudge.t === t && nudge.b === b) return nudged(step, nudge);
          return step;
        });
        previous = steps[t];
      }
      return { suffix, reverse, input, steps };
    });
    layers.push(...directions);
    input = input.map((states, t) => states.map((_, b) => directions.flatMap(({ steps }) => steps[t][b].h)));
  }
  return { layers, output: input };
}

/** The step with h_i shifted; or with c_i shifted, and h = o ⊙ tanh(c) following it. */
function nudged(step: Step, { of, i, by }: Nudge): Step {
  if (of === "h") return { ...step, h: step.h.map((value, unit) => (unit === i ? value + by : value)) };
  const c = step.c.map((value, unit) => (unit === i ? value + by : value));
  const h = c.map((value, unit) => sigmoid((step as LstmStep).ao[unit]) * Math.tanh(value));
  return { ...step, c, h };
}
