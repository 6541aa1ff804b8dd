/**
 * The cells' equations and nothing else, a step of one sample. Sources: src/catalogue/cells/.
 *
 * The previous h reaches a step twice: `h` as the weights see it, `held` as the cell itself carries it. They are
 * copies of the same numbers, so that each route has its own gradient. The same holds for c.
 */
import {
  type CellName,
  CELLS,
  type ElmanCellName,
  type InnerActivationName,
  isElmanCell,
} from "../../../src/catalogue/index.ts";
import type { RecurrentSpec } from "../../../src/spec/recurrent.ts";
import { ACTIVATION } from "../activations.ts";
import { apply, constant, minus, plus, reciprocalRoot, type Scalar, sigmoid, tanh, times } from "./autodiff.ts";

export interface Before {
  readonly h: readonly Scalar[];
  readonly held: readonly Scalar[];
  readonly c: readonly Scalar[];
}

export interface After {
  readonly h: Scalar[];
  readonly c: Scalar[];
  /** The pre-activations of the ledger's entry `gate`. */
  readonly a?: Scalar[];
  /** The same before their normalization. */
  readonly raw?: Scalar[];
}

/** A layer's parameters as scalars, row-major. */
export interface Weights {
  readonly ih: readonly Scalar[];
  readonly hh: readonly Scalar[];
  readonly bih: readonly Scalar[];
  readonly bhh: readonly Scalar[];
  vector(name: string): readonly Scalar[];
}

type Step = (w: Weights, x: readonly Scalar[], before: Before, spec: RecurrentSpec) => After;

const one = constant(1);
const dot = (row: readonly Scalar[], x: readonly Scalar[]) => plus(...row.map((weight, j) => times(weight, x[j])));

/** Row i of gate g of W_ih x + b_ih. */
const ofInput = (w: Weights, x: readonly Scalar[], H: number) => (g: number, i: number) => {
  const row = g * H + i;
  return plus(dot(w.ih.slice(row * x.length, (row + 1) * x.length), x), w.bih[row]);
};
/** Row i of gate g of W_hh h + b_hh. */
const ofHidden = (w: Weights, h: readonly Scalar[], H: number) => (g: number, i: number) => {
  const row = g * H + i;
  return plus(dot(w.hh.slice(row * h.length, (row + 1) * h.length), h), w.bhh[row]);
};

/** Every unit on its own: `unit(i, a)` gives h, and c where there is one. */
function units(
  w: Weights,
  x: readonly Scalar[],
  before: Before,
  unit: (
    i: number,
    a: (g: number) => Scalar,
    p: (g: number) => Scalar,
    r: (g: number) => Scalar,
  ) => { h: Scalar; c?: Scalar; a?: Scalar },
): After {
  const H = before.h.length;
  const p = ofInput(w, x, H);
  const r = ofHidden(w, before.h, H);
  const all = before.h.map((_, i) =>
    unit(
      i,
      (g) => plus(p(g, i), r(g, i)),
      (g) => p(g, i),
      (g) => r(g, i),
    ),
  );
  return {
    h: all.map(({ h }) => h),
    c: all.flatMap(({ c }) => c ?? []),
    ...(all[0].a && { a: all.map(({ a }) => a as Scalar) }),
  };
}

const phi = (spec: RecurrentSpec, a: Scalar) =>
  apply(ACTIVATION[spec.cellOptions.activation].value, ACTIVATION[spec.cellOptions.activation].derivative, a);

/** The activations of an LSTM's or a GRU's gates, and inside. */
function gatesOf({ cellOptions }: RecurrentSpec) {
  const of = (name: InnerActivationName) => (a: Scalar) =>
    apply(ACTIVATION[name].value, ACTIVATION[name].derivative, a);
  const { gateActivation, innerActivation } = cellOptions;
  return {
    gate: gateActivation === undefined ? sigmoid : of(gateActivation),
    inner: innerActivation === undefined ? tanh : of(innerActivation),
  };
}

const lstm: Step = (w, x, before, spec) => {
  const { gate, inner } = gatesOf(spec);
  return units(w, x, before, (i, a) => {
    const c = plus(times(gate(a(1)), before.c[i]), times(gate(a(0)), inner(a(2))));
    return { h: times(gate(a(3)), inner(c)), c };
  });
};

/** The LSTM whose h is W_hr (o tanh c), P numbers. */
const projectedLstm: Step = (w, x, before, spec) => {
  const { gate, inner } = gatesOf(spec);
  const [H, P] = [before.c.length, before.h.length];
  const p = ofInput(w, x, H);
  const r = ofHidden(w, before.h, H);
  const a = (g: number, i: number) => plus(p(g, i), r(g, i));
  const c = before.c.map((held, i) => plus(times(gate(a(1, i)), held), times(gate(a(0, i)), inner(a(2, i)))));
  const m = c.map((each, i) => times(gate(a(3, i)), inner(each)));
  const weight = w.vector("weight_hr");
  return { h: Array.from({ length: P }, (_, j) => dot(weight.slice(j * H, (j + 1) * H), m)), c };
};

/** h = (1 − α) h' + α φ(a), or with two factors of their own. */
const adding =
  (keep: (w: Weights, i: number, spec: RecurrentSpec) => Scalar, add: typeof keep): Step =>
  (w, x, before, spec) =>
    units(w, x, before, (i, pre) => {
      const a = pre(0);
      return { h: plus(times(keep(w, i, spec), before.held[i]), times(add(w, i, spec), phi(spec, a))), a };
    });

/** Cells of PyTorch, which also have an oracle of their own. */
export const isTorchCell = (cell: CellName): boolean => isElmanCell(cell) || cell === "lstm" || cell === "gru";

export const EQUATIONS: Readonly<Partial<Record<CellName, Step>>> = {
  lstm,
  gru: (w, x, before, spec) => {
    const { gate, inner } = gatesOf(spec);
    return units(w, x, before, (i, a, p, r) => {
      const z = gate(a(1));
      const n = inner(plus(p(2), times(gate(a(0)), r(2))));
      return { h: plus(times(minus(one, z), n), times(z, before.held[i])) };
    });
  },
  gru_reset_before: (w, x, before, spec) => {
    const { gate, inner: phi } = gatesOf(spec);
    const H = before.h.length;
    const p = ofInput(w, x, H);
    const r = ofHidden(w, before.h, H);
    const reset = before.h.map((h, i) => times(gate(plus(p(0, i), r(0, i))), h));
    const inner = ofHidden(w, reset, H);
    const h = before.held.map((held, i) => {
      const z = gate(plus(p(1, i), r(1, i)));
      return plus(times(minus(one, z), phi(plus(p(2, i), inner(2, i)))), times(z, held));
    });
    return { h, c: [] };
  },
  lstm_peephole: (w, x, before) =>
    units(w, x, before, (i, a) => {
      const peep = (name: string, c: Scalar) => times(w.vector(name)[i], c);
      const f = sigmoid(plus(a(1), peep("weight_cf", before.c[i])));
      const input = sigmoid(plus(a(0), peep("weight_ci", before.c[i])));
      const c = plus(times(f, before.c[i]), times(input, tanh(a(2))));
      return { h: times(sigmoid(plus(a(3), peep("weight_co", c))), tanh(c)), c };
    }),
  lstm_coupled: (w, x, before) =>
    units(w, x, before, (i, a) => {
      const f = sigmoid(a(0));
      const c = plus(times(f, before.c[i]), times(minus(one, f), tanh(a(1))));
      return { h: times(sigmoid(a(2)), tanh(c)), c };
    }),
  mgu: (w, x, before) =>
    units(w, x, before, (i, a, p, r) => {
      const f = sigmoid(a(0));
      const n = tanh(plus(p(1), times(f, r(1))));
      return { h: plus(times(minus(one, f), before.held[i]), times(f, n)) };
    }),
  ugrnn: (w, x, before) =>
    units(w, x, before, (i, a) => {
      const u = sigmoid(a(0));
      return { h: plus(times(u, before.held[i]), times(minus(one, u), tanh(a(1)))) };
    }),
  minimal_rnn: (w, x, before) => {
    const H = before.h.length;
    const p = ofInput(w, x, H);
    const r = ofHidden(w, before.h, H);
    const z = before.h.map((_, i) => tanh(p(0, i)));
    const inner = w.vector("weight_zh");
    const h = before.held.map((held, i) => {
      const u = sigmoid(plus(r(0, i), dot(inner.slice(i * H, (i + 1) * H), z)));
      return plus(times(u, held), times(minus(one, u), z[i]));
    });
    return { h, c: [] };
  },
  leaky: adding(
    (_w, _i, { cellOptions }) => constant(1 - cellOptions.leak),
    (_w, _i, { cellOptions }) => constant(cellOptions.leak),
  ),
  leaky_learned: adding(
    (w, i) => minus(one, sigmoid(w.vector("leak")[i])),
    (w, i) => sigmoid(w.vector("leak")[i]),
  ),
  residual: adding(
    () => one,
    () => one,
  ),
  antisymmetric: (w, x, before, spec) => {
    const H = before.h.length;
    const hh = w.hh.map((weight, at) => {
      const [i, j] = [Math.floor(at / H), at % H];
      const difference = minus(weight, w.hh[j * H + i]);
      return i === j ? minus(difference, constant(spec.cellOptions.diffusion)) : difference;
    });
    const step = adding(
      () => one,
      () => constant(spec.cellOptions.stepSize),
    );
    return step({ ...w, hh }, x, before, spec);
  },
  indrnn: (w, x, before, spec) => {
    const p = ofInput(w, x, before.h.length);
    const a = before.h.map((h, i) => plus(p(0, i), times(w.vector("weight_hh")[i], h)));
    return { h: a.map((each) => phi(spec, each)), c: [], a };
  },
  diagonal: (w, x, before) => {
    const p = ofInput(w, x, before.h.length);
    const rate = (nu: Scalar) =>
      apply(
        (v) => Math.exp(-Math.exp(v)),
        (v) => -Math.exp(v) * Math.exp(-Math.exp(v)),
        nu,
      );
    const a = before.h.map((h, i) => plus(p(0, i), times(rate(w.vector("nu")[i]), h)));
    return { h: a, c: [], a };
  },
};

/** γ_s ⊙ (a − μ)/√(σ² + 1e−5) + β_s of slab s. */
function normalized(w: Weights, s: number, a: readonly Scalar[]): Scalar[] {
  const H = a.length;
  const share = constant(1 / H);
  const mean = times(share, plus(...a));
  const centered = a.map((each) => minus(each, mean));
  const variance = times(share, plus(...centered.map((each) => times(each, each))));
  const inverse = reciprocalRoot(plus(variance, constant(1e-5)));
  const [gamma, beta] = [w.vector("norm_weight"), w.vector("norm_bias")];
  return centered.map((each, i) => plus(times(gamma[s * H + i], times(each, inverse)), beta[s * H + i]));
}

/** The layer-normalized cells: slabs of pre-activation in PyTorch's order, the GRU's n twice, its products with x and h. */
export function normedStep(cell: CellName): Step {
  return (w, x, before, spec) => {
    const { gate, inner } = gatesOf(spec);
    const H = before.h.length;
    const p = ofInput(w, x, H);
    const r = ofHidden(w, before.h, H);
    const each = (of: (i: number) => Scalar) => Array.from({ length: H }, (_, i) => of(i));
    const slab = (s: number, of: (i: number) => Scalar) => normalized(w, s, each(of));
    const both = (g: number) => (i: number) => plus(p(g, i), r(g, i));
    if (cell === "lstm") {
      const [ai, af, ag, ao] = [0, 1, 2, 3].map((g) => slab(g, both(g)));
      const c = each((i) => plus(times(gate(af[i]), before.c[i]), times(gate(ai[i]), inner(ag[i]))));
      return { h: each((i) => times(gate(ao[i]), inner(c[i]))), c };
    }
    if (cell === "gru") {
      const [ar, az, nx, nh] = [slab(0, both(0)), slab(1, both(1)), slab(2, (i) => p(2, i)), slab(3, (i) => r(2, i))];
      const h = each((i) => {
        const z = gate(az[i]);
        const n = inner(plus(nx[i], times(gate(ar[i]), nh[i])));
        return plus(times(minus(one, z), n), times(z, before.held[i]));
      });
      return { h, c: [] };
    }
    const raw = each(both(0));
    const a = normalized(w, 0, raw);
    const { value, derivative } = ACTIVATION[cell as ElmanCellName];
    return { h: a.map((each) => apply(value, derivative, each)), c: [], a, raw };
  };
}

/** Elman's cell of an activation. */
const elmanStep =
  (cell: ElmanCellName): Step =>
  (w, x, before) =>
    units(w, x, before, (_, pre) => {
      const a = pre(0);
      return { h: apply(ACTIVATION[cell].value, ACTIVATION[cell].derivative, a), a };
    });

/** The equations of a spec's cell. @throws where there are none */
export function stepOf({ cell, norm, projection }: Pick<RecurrentSpec, "cell" | "norm" | "projection">): Step {
  if (projection !== undefined) return projectedLstm;
  const step = norm === "layer" ? normedStep(cell) : isElmanCell(cell) ? elmanStep(cell) : EQUATIONS[cell];
  if (step === undefined) throw new Error(`oracle: no equations of ${cell}`);
  return step;
}

/** Cells that only these equations know. */
export const OTHER_CELLS = CELLS.filter((cell) => !isTorchCell(cell));
