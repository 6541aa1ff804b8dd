import { requireKnown, requireObject } from "../border.ts";
import { EvanesceError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { type Fields, flag, parseOptions, real, sameName } from "../tasks/options.ts";
import type { Coefficients, Slot } from "../wasm/training/memory.ts";

/*
 * The optimisers: PyTorch's equations, names and defaults (torch.optim), and Lion's and LAMB's from their papers. A row says what an optimiser
 * keeps and which numbers its update takes at step t; the update itself is in `assembly/optimizers/`, its equation beside it.
 *
 * η learning rate · λ weight decay · t number of the update, from 1 · g gradient. Everything is computed as a float32 framework would, the
 * coefficients in float64 before they are rounded: what underflows to zero in such a framework does so here.
 */

export const OPTIMIZER_NAMES = [
  "sgd",
  "momentum",
  "nesterov",
  "adagrad",
  "rmsprop",
  "adadelta",
  "adam",
  "amsgrad",
  "adamw",
  "nadam",
  "radam",
  "lion",
  "lamb",
] as const;
export type OptimizerName = (typeof OPTIMIZER_NAMES)[number];

/** Numbers an optimiser may take; each takes those its row in `OPTIMIZERS` has. */
export interface OptimizerOptions {
  /** η, what the schedule starts from. */
  readonly learningRate?: number | undefined;
  /** λ. */
  readonly weightDecay?: number | undefined;
  /** μ. */
  readonly momentum?: number | undefined;
  readonly dampening?: number | undefined;
  readonly beta1?: number | undefined;
  readonly beta2?: number | undefined;
  readonly epsilon?: number | undefined;
  /** RMSProp's smoothing constant. */
  readonly alpha?: number | undefined;
  /** Adadelta's smoothing constant. */
  readonly rho?: number | undefined;
  /** RMSProp: divide by the estimated standard deviation of g. */
  readonly centered?: boolean | undefined;
  /** Adagrad: η/(1 + (t − 1) · it). */
  readonly learningRateDecay?: number | undefined;
  /** Adagrad: what the sum of squares starts from. */
  readonly initialAccumulator?: number | undefined;
  /** NAdam: ψ of its momentum schedule. */
  readonly momentumDecay?: number | undefined;
}

export type OptimizerInput = OptimizerName | ({ readonly name: OptimizerName } & OptimizerOptions);

/** All of them: a row reads those it has. */
type Options = { readonly [Key in keyof OptimizerOptions]-?: NonNullable<OptimizerOptions[Key]> };

interface Row {
  /** Author, year, place; and PyTorch's class. */
  readonly source: string;
  /** What weight decay does. */
  readonly decay: "g + λ θ" | "θ (1 − η λ)" | "u + λ θ";
  readonly options: Fields;
  /** The number of the update's rule in the core. */
  readonly rule: number;
  readonly slots: (options: Options) => readonly Slot[];
  /** Whether the update needs a tensor of scratch. */
  readonly scratch?: boolean;
  /** What a slot starts from where that is not zero. */
  readonly initial?: (options: Options) => readonly [Slot, number];
  /** @param carried numbers carried from update to update, changed in place */
  readonly coefficients: (
    options: Options,
    t: number,
    rate: number,
    carried: Record<string, number>,
  ) => Partial<Coefficients>;
}

const rate = (value: number) => real("the learning rate η", value, { least: 0 });
const decay = (value = 0) => real("the weight decay λ", value, { least: 0 });
const share = (what: string, value: number) => real(what, value, { least: 0, most: 1 });
const epsilon = (value: number) => real("ε of the denominator", value, { least: 0 });
const BETAS = { beta1: share("β₁ of the average of g", 0.9), beta2: share("β₂ of the average of g²", 0.999) };

const momentumOptions = {
  learningRate: rate(1e-3),
  weightDecay: decay(),
  momentum: share("the momentum μ", 0.9),
};

const momentum = ({ weightDecay, momentum, dampening = 0 }: Options, t: number, rate: number) => ({
  rate,
  decay: weightDecay,
  beta1: momentum,
  fresh1: t === 1 ? 1 : 1 - dampening,
});

const averages = ({ beta1, beta2, epsilon }: Pick<Options, "beta1" | "beta2" | "epsilon">) => ({
  beta1,
  fresh1: 1 - beta1,
  beta2,
  fresh2: 1 - beta2,
  epsilon,
});

/** Adam's: η/c₁ and √c₂. */
const corrected = ({ beta1, beta2 }: Options, t: number, rate: number) => ({
  rate: rate / (1 - beta1 ** t),
  scale1: Math.sqrt(1 - beta2 ** t),
});

const adamOptions = { learningRate: rate(1e-3), weightDecay: decay(), ...BETAS, epsilon: epsilon(1e-8) };
const adam = (options: Options, t: number, rate: number) => ({
  ...averages(options),
  decay: options.weightDecay,
  ...corrected(options, t, rate),
});

/** The table: its order is that of the names. */
export const OPTIMIZERS: Readonly<Record<OptimizerName, Row>> = {
  sgd: {
    source: "Robbins and Monro 1951; torch.optim.SGD",
    decay: "g + λ θ",
    options: { learningRate: rate(1e-3), weightDecay: decay() },
    rule: 0,
    slots: () => [],
    coefficients: ({ weightDecay }, _, rate) => ({ rate, decay: weightDecay }),
  },
  momentum: {
    source: "Polyak 1964, in the form of Sutskever et al. 2013; torch.optim.SGD with momentum (here 0.9 by default)",
    decay: "g + λ θ",
    options: { ...momentumOptions, dampening: share("the dampening τ", 0) },
    rule: 1,
    slots: () => ["first"],
    coefficients: momentum,
  },
  nesterov: {
    source: "Nesterov 1983, in the form of Sutskever et al. 2013; torch.optim.SGD with nesterov (momentum here 0.9)",
    decay: "g + λ θ",
    options: momentumOptions,
    rule: 2,
    slots: () => ["first"],
    coefficients: momentum,
  },
  adagrad: {
    source: "Duchi et al. 2011; torch.optim.Adagrad",
    decay: "g + λ θ",
    options: {
      learningRate: rate(1e-2),
      weightDecay: decay(),
      learningRateDecay: real("the decay of the learning rate", 0, { least: 0 }),
      initialAccumulator: real("what the sum of g² starts from", 0, { least: 0 }),
      epsilon: epsilon(1e-10),
    },
    rule: 3,
    slots: () => ["second"],
    initial: ({ initialAccumulator }) => ["second", initialAccumulator],
    coefficients: ({ weightDecay, learningRateDecay, epsilon }, t, rate) => ({
      rate: rate / (1 + (t - 1) * learningRateDecay),
      decay: weightDecay,
      epsilon,
    }),
  },
  rmsprop: {
    source: "Tieleman and Hinton 2012, lecture 6.5; centred: Graves 2013, equations 38 to 41; torch.optim.RMSprop",
    decay: "g + λ θ",
    options: {
      learningRate: rate(1e-2),
      weightDecay: decay(),
      alpha: share("the smoothing constant of the average of g²", 0.99),
      epsilon: epsilon(1e-8),
      momentum: share("the momentum μ", 0),
      centered: flag("whether the variance takes the place of the second moment", false),
    },
    rule: 4,
    slots: ({ momentum, centered }) => [
      ...(momentum > 0 ? (["first"] as const) : []),
      "second",
      ...(centered ? (["third"] as const) : []),
    ],
    coefficients: ({ weightDecay, alpha, epsilon, momentum }, _, rate) => ({
      rate,
      decay: weightDecay,
      beta1: momentum,
      beta2: alpha,
      fresh2: 1 - alpha,
      epsilon,
    }),
  },
  adadelta: {
    source: "Zeiler 2012, algorithm 1; torch.optim.Adadelta",
    decay: "g + λ θ",
    options: {
      learningRate: rate(1),
      weightDecay: decay(),
      rho: share("the smoothing constant ρ of both averages", 0.9),
      epsilon: epsilon(1e-6),
    },
    rule: 5,
    slots: () => ["first", "second"],
    coefficients: ({ weightDecay, rho, epsilon }, _, rate) => ({
      rate,
      decay: weightDecay,
      beta2: rho,
      fresh2: 1 - rho,
      epsilon,
    }),
  },
  adam: {
    source: "Kingma and Ba 2015, algorithm 1; torch.optim.Adam",
    decay: "g + λ θ",
    options: adamOptions,
    rule: 6,
    slots: () => ["first", "second"],
    coefficients: adam,
  },
  amsgrad: {
    source: "Reddi et al. 2018, algorithm 2; torch.optim.Adam with amsgrad",
    decay: "g + λ θ",
    options: adamOptions,
    rule: 7,
    slots: () => ["first", "second", "third"],
    coefficients: adam,
  },
  adamw: {
    source: "Loshchilov and Hutter 2019, algorithm 2; torch.optim.AdamW",
    decay: "θ (1 − η λ)",
    options: { ...adamOptions, weightDecay: decay(1e-2) },
    rule: 6,
    slots: () => ["first", "second"],
    coefficients: (options, t, rate) => ({
      ...averages(options),
      keep: 1 - rate * options.weightDecay,
      ...corrected(options, t, rate),
    }),
  },
  // μ_t = β₁ (1 − 0.96^(t ψ)/2)
  nadam: {
    source: "Dozat 2016; torch.optim.NAdam",
    decay: "g + λ θ",
    options: {
      ...adamOptions,
      learningRate: rate(2e-3),
      momentumDecay: real("ψ of the momentum's schedule", 4e-3, { least: 0 }),
    },
    rule: 8,
    slots: () => ["first", "second"],
    coefficients: (options, t, rate, carried) => {
      const mu = (at: number) => options.beta1 * (1 - 0.5 * 0.96 ** (at * options.momentumDecay));
      const product = (carried.momentumProduct ?? 1) * mu(t);
      carried.momentumProduct = product;
      return {
        ...averages(options),
        decay: options.weightDecay,
        rate: (rate * (1 - mu(t))) / (1 - product),
        scale1: (rate * mu(t + 1)) / (1 - product * mu(t + 1)),
        scale2: 1 - options.beta2 ** t,
      };
    },
  },
  // ρ_∞ = 2/(1 − β₂) − 1, ρ_t = ρ_∞ − 2 t β₂ᵗ/(1 − β₂ᵗ), r = √((ρ_t − 4)(ρ_t − 2) ρ_∞/((ρ_∞ − 4)(ρ_∞ − 2) ρ_t))
  radam: {
    source: "Liu et al. 2020, algorithm 2; torch.optim.RAdam",
    decay: "g + λ θ",
    options: adamOptions,
    rule: 9,
    slots: () => ["first", "second"],
    coefficients: (options, t, rate) => {
      const { beta1, beta2 } = options;
      const [c1, c2] = [1 - beta1 ** t, 1 - beta2 ** t];
      const most = 2 / (1 - beta2) - 1;
      const now = most - (2 * t * beta2 ** t) / c2;
      const rectified = now > 5;
      const r = Math.sqrt(((now - 4) * (now - 2) * most) / ((most - 4) * (most - 2) * now));
      return {
        ...averages(options),
        decay: options.weightDecay,
        rate: rectified ? (rate * r * Math.sqrt(c2)) / c1 : rate / c1,
        scale1: rectified ? 1 : 0,
      };
    },
  },
  lion: {
    source: "Chen et al. 2023, algorithm 2",
    decay: "θ (1 − η λ)",
    options: {
      learningRate: rate(1e-4),
      weightDecay: decay(),
      beta1: share("β₁ of what is signed", 0.9),
      beta2: share("β₂ of what is kept", 0.99),
    },
    rule: 10,
    slots: () => ["first"],
    coefficients: (options, _, rate) => ({
      ...averages({ ...options, epsilon: 0 }),
      rate,
      keep: 1 - rate * options.weightDecay,
    }),
  },
  lamb: {
    source: "You et al. 2020, algorithm 2 with φ the identity, a tensor being a layer; λ = 0.01 and ε = 1e-6 as there",
    decay: "u + λ θ",
    options: { learningRate: rate(1e-3), weightDecay: decay(1e-2), ...BETAS, epsilon: epsilon(1e-6) },
    rule: 11,
    slots: () => ["first", "second"],
    scratch: true,
    coefficients: (options, t, rate) => ({
      ...averages(options),
      decay: options.weightDecay,
      rate,
      scale1: 1 - options.beta1 ** t,
      scale2: 1 - options.beta2 ** t,
    }),
  },
};

const ZERO: Coefficients = {
  rate: 0,
  decay: 0,
  keep: 1,
  beta1: 0,
  fresh1: 0,
  beta2: 0,
  fresh2: 0,
  epsilon: 0,
  scale1: 0,
  scale2: 0,
};

/** An optimiser with every option filled in. */
export interface Optimizer {
  readonly name: OptimizerName;
  readonly learningRate: number;
  /** As given, defaults filled in. */
  readonly options: Readonly<Record<string, number | boolean>>;
  readonly rule: number;
  readonly slots: readonly Slot[];
  readonly scratch: boolean;
  readonly initial: readonly [Slot, number] | undefined;
  /** The numbers of update t = 1, 2, … at a learning rate; to be asked in order, `carried` being changed. */
  coefficients(t: number, rate: number, carried: Record<string, number>): Coefficients;
}

/**
 * Fills in an optimiser's defaults.
 *
 * @throws EvanesceError naming the option that is none of its own or breaks its rule
 */
export function parseOptimizer(input: OptimizerInput = "adam"): Optimizer {
  const given = typeof input === "string" ? { name: input } : input;
  requireObject("optimizer", given, 'give a name, or { name: "adam", learningRate: 1e-3 }');
  const { name: spelt, ...own } = given;
  const name = typeof spelt === "string" ? sameName(OPTIMIZER_NAMES, spelt) : undefined;
  if (name === undefined) {
    const near = typeof spelt === "string" ? nearest(spelt, OPTIMIZER_NAMES) : undefined;
    const remedy = `${near === undefined ? "" : `did you mean ${near}? `}choose one of ${OPTIMIZER_NAMES.join(", ")}`;
    throw new EvanesceError("optimizer.name", "the name of an optimiser", spelt, remedy);
  }
  const row = OPTIMIZERS[name as OptimizerName];
  requireKnown("optimizer", own, Object.keys(row.options));
  const options = parseOptions("optimizer", row.options, own as Record<string, unknown>) as unknown as Options;
  return {
    name: name as OptimizerName,
    learningRate: options.learningRate,
    options: options as Optimizer["options"],
    rule: row.rule,
    slots: row.slots(options),
    scratch: row.scratch ?? false,
    initial: row.initial?.(options),
    coefficients: (t, rate, carried) => ({ ...ZERO, ...row.coefficients(options, t, rate, carried) }),
  };
}
