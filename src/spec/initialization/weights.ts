import type { Random } from "../../base/random.ts";
import { finish } from "../../base/time-slicing.ts";
import type { WeightInit } from "../names.ts";
import { drawnInParts, normalInParts, uniformInParts } from "./draws.ts";
import { haarInParts } from "./orthogonal.ts";

/**
 * The weight initializations, one row each. `torch.nn.init` is the reference for names and laws.
 *
 * A matrix is [rows, columns] = [outputs, inputs], so fan_in = columns and fan_out = rows; of stacked gates, it is the
 * matrix of one gate. Values are computed in float64 and rounded to float32 once.
 */
export interface WeightShape {
  readonly rows: number;
  readonly columns: number;
  /** n of PyTorch's default U(±1/√n): H everywhere in `torch.nn.RNN`, fan_in in `torch.nn.Linear`. */
  readonly pytorchFan: number;
}

export interface WeightInitialization {
  /** The law of one entry, or of the matrix; g is the spec's gain. */
  readonly formula: string;
  /** Author, year and where in the source. */
  readonly source: string;
  /** A matrix drawn from that law, with pauses: [rows, columns], row-major. */
  readonly drawInParts: (shape: WeightShape, gain: number, rng: Random) => Generator<void, Float32Array>;
}

/** The default bound or standard deviation of Keras's random laws. */
export const KERAS_SCALE = 0.05;

export const WEIGHT_INITIALISATIONS: Readonly<Record<WeightInit, WeightInitialization>> = {
  /** W ~ U(−g/√n, g/√n): variance g²/3n. `Linear` reaches it as kaiming_uniform with a = √5. */
  pytorch: {
    formula: "U(±g/√n), n = hidden (recurrent) or fan_in (Linear)",
    source:
      "torch.nn.RNNBase.reset_parameters and torch.nn.Linear.reset_parameters; LeCun et al. 1998 without their √3",
    drawInParts: (shape, gain, rng) => uniform(shape, gain / Math.sqrt(shape.pytorchFan), rng),
  },
  /** W ~ U(−a, a), a = g √(6 / (fan_in + fan_out)). */
  xavier_uniform: {
    formula: "U(±g √(6/(fan_in + fan_out)))",
    source: "Glorot and Bengio 2010, equation 16",
    drawInParts: (shape, gain, rng) => uniform(shape, gain * Math.sqrt(6 / (shape.columns + shape.rows)), rng),
  },
  /** W ~ N(0, 2g² / (fan_in + fan_out)). */
  xavier_normal: {
    formula: "N(0, 2g²/(fan_in + fan_out))",
    source: "Glorot and Bengio 2010, equation 12",
    drawInParts: (shape, gain, rng) => normal(shape, gain * Math.sqrt(2 / (shape.columns + shape.rows)), rng),
  },
  /** W ~ U(−a, a), a = g √(6 / fan_in): √2 is in the law, g multiplies it. */
  he_uniform: {
    formula: "U(±g √(6/fan_in))",
    source: "He et al. 2015, equation 10, as a uniform law of the same variance",
    drawInParts: (shape, gain, rng) => uniform(shape, gain * Math.sqrt(6 / shape.columns), rng),
  },
  /** W ~ N(0, 2g² / fan_in): √2 is in the law, g multiplies it. */
  he_normal: {
    formula: "N(0, 2g²/fan_in)",
    source: "He et al. 2015, equation 10",
    drawInParts: (shape, gain, rng) => normal(shape, gain * Math.sqrt(2 / shape.columns), rng),
  },
  /** W ~ U(−a, a), a = g √(3 / fan_in). */
  lecun_uniform: {
    formula: "U(±g √(3/fan_in))",
    source: "LeCun et al. 1998 (Efficient BackProp), equation 16, as a uniform law",
    drawInParts: (shape, gain, rng) => uniform(shape, gain * Math.sqrt(3 / shape.columns), rng),
  },
  /** W ~ N(0, g² / fan_in); SELU's own initialization (Klambauer et al. 2017). */
  lecun_normal: {
    formula: "N(0, g²/fan_in)",
    source: "LeCun et al. 1998 (Efficient BackProp), equation 16",
    drawInParts: (shape, gain, rng) => normal(shape, gain / Math.sqrt(shape.columns), rng),
  },
  /** W ~ N(0, g² / fan_in): the mean-field parametrization, g = σ_w; square, g is the spectral radius' limit. */
  gaussian: {
    formula: "N(0, g²/fan_in), g = σ_w",
    source: "Poole et al. 2016, section 2; Sompolinsky et al. 1988",
    drawInParts: (shape, gain, rng) => normal(shape, gain / Math.sqrt(shape.columns), rng),
  },
  /** W ~ U(−a, a), a = g · 0.05, for layers of any size. */
  uniform: {
    formula: "U(±0.05 g)",
    source: "tf.keras.initializers.RandomUniform, whose bounds are ±0.05 by default",
    drawInParts: (shape, gain, rng) => uniform(shape, gain * KERAS_SCALE, rng),
  },
  /** W ~ N(0, (g · 0.05)²), for layers of any size. */
  normal: {
    formula: "N(0, (0.05 g)²)",
    source: "tf.keras.initializers.RandomNormal, whose standard deviation is 0.05 by default",
    drawInParts: (shape, gain, rng) => normal(shape, gain * KERAS_SCALE, rng),
  },
  /** W ~ N(0, s²), s = g · 0.05, drawn again if |W| > 2 s. */
  truncated_normal: {
    formula: "N(0, (0.05 g)²) within two standard deviations",
    source: "tf.keras.initializers.TruncatedNormal, whose standard deviation is 0.05 by default",
    drawInParts: ({ rows, columns }, gain, rng) =>
      drawnInParts(rows * columns, () => gain * KERAS_SCALE * truncated(rng)),
  },
  /** W = g Q, QᵀQ = I (or QQᵀ = I if it is wide), Q uniform by Haar measure. */
  orthogonal: {
    formula: "g Q, Q orthogonal (semi-orthogonal where not square), uniform by Haar measure",
    source: "Saxe et al. 2013, section 3; Mezzadri 2007, section 5",
    *drawInParts({ rows, columns }, gain, rng) {
      const q = yield* haarInParts(rows, columns, rng);
      const values = new Float32Array(q.length); // a plain loop: Float32Array.from with a map took as long as haar itself
      for (let i = 0; i < q.length; i++) values[i] = gain * q[i]!;
      return values;
    },
  },
  /** W = g I, ones on the main diagonal of a rectangle. */
  identity: {
    formula: "g I",
    source: "Le et al. 2015 (IRNN), section 2; torch.nn.init.eye_",
    drawInParts: ({ rows, columns }, gain) => {
      const values = new Float32Array(rows * columns);
      for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = gain;
      return atOnce(values);
    },
  },
  /** W = g everywhere. With g = 1 these are Keras's `Ones`. */
  constant: {
    formula: "g everywhere",
    source: "torch.nn.init.constant_, torch.nn.init.ones_",
    drawInParts: ({ rows, columns }, gain) => atOnce(new Float32Array(rows * columns).fill(gain)),
  },
  /** W = 0. */
  zeros: {
    formula: "0",
    source: "torch.nn.init.zeros_",
    drawInParts: ({ rows, columns }) => atOnce(new Float32Array(rows * columns)),
  },
};

/** A matrix drawn without pauses. */
export const drawWeight = (law: WeightInit, shape: WeightShape, gain: number, rng: Random): Float32Array =>
  finish(WEIGHT_INITIALISATIONS[law].drawInParts(shape, gain, rng));

/** U(−bound, bound). */
function uniform({ rows, columns }: WeightShape, bound: number, rng: Random): Generator<void, Float32Array> {
  return uniformInParts(rows * columns, bound, rng);
}

/** N(0, std²). */
function normal({ rows, columns }: WeightShape, std: number, rng: Random): Generator<void, Float32Array> {
  return normalInParts(rows * columns, std, rng);
}

/** A matrix that takes no draw: one pause, then the matrix. */
function* atOnce(values: Float32Array): Generator<void, Float32Array> {
  yield;
  return values;
}

/** A draw from N(0, 1) within two standard deviations. */
function truncated(rng: Random): number {
  for (;;) {
    const value = rng.normal();
    if (Math.abs(value) <= 2) return value;
  }
}
