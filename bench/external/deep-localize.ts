import type { CauseName } from "../../src/diagnosis/index.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import { classes, divided, regression, type Samples, standardized, standardizedBoth } from "./data.ts";
import type { Program } from "./program.ts";

/*
 * Dense programs that people asked about on Stack Overflow, buggy beside mended, as collected by DeepLocalize (Wardat
 * et al. 2021), rebuilt from their published description: layers, initializations, losses, optimizers, rates and the
 * scale of the data are theirs, the data's values are drawn. The names are the questions' numbers. Keras's normal and
 * uniform laws have the scale 0.05. An activation of the output is a last hidden layer without a readout behind it; a
 * softmax over one output is cross-entropy with a single class. Dropout and weight decay are left out.
 */

/** A buggy program, the mended one, and the causes any of which is right for the buggy one. */
export interface Pair {
  readonly name: string;
  /** The fault, as a sentence. */
  readonly fault: string;
  readonly buggy: Program;
  readonly mended: Program;
  readonly causes: readonly CauseName[];
  /** The output of DeepDiagnosis for the buggy program: whether it found it, and whether it named the fault. */
  readonly published: { readonly told: boolean; readonly symptom: boolean };
}

type Draft = Omit<Program, "name" | "network">;

const dense = (width: number[], activation: string, weight: string, rest: object = {}): NetworkInput =>
  ({ kind: "feedforward", width, activation, init: { weight, readout: weight }, ...rest }) as NetworkInput;

const program = (name: string, network: NetworkInput, draft: Draft): Program => ({ name, network, ...draft });
const adam = { optimizer: "adam", rate: 1e-3 } as const;
const sgd = { optimizer: "sgd", rate: 0.01 } as const;
const nesterov = (momentum: number) => ({ name: "nesterov", momentum }) as const;

const XOR = [
  [1, 1, 0],
  [1, 0, 1],
  [0, 0, 0],
  [0, 1, 1],
] as const;
/** The four rows of exclusive or, again and again. */
const xor = () => regression("xor", 64, (_, n) => ({ x: XOR[n % 4]!.slice(0, 2), y: [XOR[n % 4]![2]] }));
/** The same samples for a softmax over one output, which has a single class. */
const single = ({ inputs }: Samples): Samples => ({
  inputs,
  targets: { shape: [inputs.shape[0]!], data: new Int32Array(inputs.shape[0]!) },
});

const halves = regression("halves", 2000, (_, n) => ({ x: new Array<number>(128).fill(n % 2), y: [n % 2] }));
const linear = regression("linear", 2000, (stream) => {
  const x = [0, 1, 2].map(() => 10_000 * stream.uniform());
  return { x, y: [(2 * x[0]! + x[1]! + 0.5 * x[2]! + 2.2) / 2.2] };
});
const bits = regression("bits", 256, (_, n) => {
  const x = Array.from({ length: 8 }, (__, bit) => (n >> bit) & 1);
  return { x, y: x };
});
const letters = regression("letters", 400, (stream) => {
  const y = stream.below(2);
  return { x: [65 + 3 * y * stream.below(2), 66 + 3 * y, 67 + 3 * y * stream.below(2)], y: [y] };
});
const random5 = regression("random", 400, (stream) => {
  const x = Array.from({ length: 5 }, () => stream.uniform());
  return { x, y: [x[0]! + x[1]! > 1 ? 1 : 0] };
});
const income = regression("income", 999, (stream) => {
  const x = 15_041 + 9_946 * stream.uniform();
  return { x: [x], y: [x > 20_000 ? 1 : 0] };
});
const adult = classes("adult", 2000, (stream) => {
  const age = 17 + stream.below(60);
  const hours = 20 + stream.below(50);
  const codes = Array.from({ length: 10 }, () => stream.below(2));
  const weight = 2e4 + 3e5 * stream.uniform();
  return { x: [age, weight, hours, 2174 * stream.below(2), ...codes], y: [age * hours > 1900 ? 1 : 0] };
});
const parabola = regression("parabola", 201, (_, n) => {
  const x = n / 10 - 10;
  return { x: [x], y: [x * x + 0.5 * x + 3] };
});
const signed = regression("signed", 16, (stream) => {
  const x = [0.6 + stream.normal(), 0.5 + stream.normal()];
  return { x, y: [0.7 * Math.tanh(x[0]! - x[1]!)] };
});
const digits = classes("digits", 2000, (stream, n) => {
  const digit = n % 10;
  return {
    x: Array.from({ length: 784 }, (_, pixel) =>
      (pixel * 7 + digit * 13) % 31 < 6 ? Math.min(1, 0.5 + 0.5 * stream.uniform()) : 0,
    ),
    y: [digit],
  };
});
const square = regression("square", 200, (stream, n) => {
  const x = (n % 50) / 10;
  return { x: [x], y: [5 * x * x + stream.normal() ** 3] };
});
const boxes = classes("boxes", 400, (stream, n) => ({
  x: [0, 1].map(() => (n % 2 === 0 ? 0.2 : 0.5) + 0.2 * stream.uniform()),
  y: [n % 2],
}));
const quartic = regression("quartic", 400, (_, n) => ({ x: [n / 2 - 100], y: [(n / 2 - 100) ** 4] }));
const oneHot = ({ inputs, targets }: Samples, C: number): Samples => {
  const { data } = targets!;
  const rows = Array.from(data as Int32Array, (t) => Array.from({ length: C }, (_, c) => (c === t ? 1 : 0)));
  return { inputs, targets: { shape: [rows.length, C], data: Float32Array.from(rows.flat()) } };
};

/** A softmax over one output is always 1, and its gradient is exactly zero. */
const ONE_SOFTMAX: readonly CauseName[] = ["labels"];

const NAMES = { told: true, symptom: true };

export const DEEP_LOCALIZE: readonly Pair[] = [
  {
    name: "31556268",
    fault: "exclusive or with absolute error behind a sigmoid: no progress",
    buggy: program("buggy", dense([4, 1], "sigmoid", "xavier_uniform"), {
      ...{ samples: xor(), loss: "mae", optimizer: nesterov(0.11), rate: 0.05, batch: 4, updates: 1000 },
    }),
    mended: program("mended", dense([4, 1], "sigmoid", "xavier_uniform"), {
      ...{ samples: xor(), loss: "mse", ...adam, batch: 4, updates: 10_000 },
    }),
    causes: ["learning-rate", "small-derivatives", "saturation", "depth"],
    published: NAMES,
  },
  {
    name: "31880720",
    fault: "softmax over one output",
    buggy: program("buggy", dense([50, 50], "relu", "xavier_uniform", { outputs: 1 }), {
      ...{ samples: single(halves), loss: "cross_entropy", optimizer: "rmsprop", rate: 1e-3, batch: 1, updates: 2000 },
    }),
    mended: program("mended", dense([50, 50], "relu", "xavier_uniform", { outputs: 1 }), {
      ...{ samples: halves, loss: "binary_cross_entropy", optimizer: "rmsprop", rate: 1e-3, batch: 1, updates: 2000 },
    }),
    causes: ONE_SOFTMAX,
    published: NAMES,
  },
  {
    name: "33969059",
    fault: "softmax over one output, targets up to 15,000",
    buggy: program("buggy", dense([3, 2], "tanh", "uniform", { outputs: 1 }), {
      ...{
        samples: single(linear),
        loss: "cross_entropy",
        optimizer: nesterov(0.9),
        rate: 0.1,
        batch: 32,
        updates: 600,
      },
    }),
    mended: program("mended", dense([3, 2], "tanh", "uniform", { outputs: 1 }), {
      ...{ samples: linear, loss: "mse", optimizer: nesterov(0.9), rate: 0.1, batch: 32, updates: 600 },
    }),
    causes: [...ONE_SOFTMAX, "input-scale", "target-scale"],
    published: NAMES,
  },
  {
    name: "34311586",
    fault: "softmax over one output, rate of 0.001",
    buggy: program("buggy", dense([2, 3], "sigmoid", "uniform", { outputs: 1 }), {
      ...{
        samples: single(xor()),
        loss: "cross_entropy",
        optimizer: nesterov(0.9),
        rate: 1e-3,
        batch: 4,
        updates: 100,
      },
    }),
    mended: program("mended", dense([2, 3, 1], "sigmoid", "uniform"), {
      ...{ samples: xor(), loss: "mse", optimizer: nesterov(0.9), rate: 0.1, batch: 4, updates: 20_000 },
    }),
    causes: [...ONE_SOFTMAX, "learning-rate"],
    published: NAMES,
  },
  {
    name: "39217567",
    fault: "three sigmoid layers of small weights, squared error",
    buggy: program("buggy", dense([8, 8, 8], "sigmoid", "normal"), {
      ...{ samples: bits, loss: "mse", ...sgd, batch: 50, updates: 6000 },
    }),
    mended: program("mended", dense([8, 8], "relu", "normal", { outputs: 8 }), {
      ...{ samples: bits, loss: "binary_cross_entropy", ...sgd, batch: 1, updates: 50_000 },
    }),
    causes: ["small-derivatives", "weights", "learning-rate", "depth", "vanishing"],
    published: NAMES,
  },
  {
    name: "39525358",
    fault: "inputs between 65 and 70, small weights",
    buggy: program("buggy", dense([12, 3], "relu", "uniform", { outputs: 1 }), {
      ...{ samples: letters, loss: "binary_cross_entropy", ...adam, batch: 1, updates: 4000 },
    }),
    mended: program("mended", dense([12, 3], "relu", "uniform", { outputs: 1 }), {
      ...{ samples: standardized(letters), loss: "binary_cross_entropy", ...adam, batch: 10, updates: 4000 },
    }),
    causes: ["input-scale", "input-constant", "weights", "dead-units"],
    published: { told: false, symptom: false },
  },
  {
    name: "45337371",
    fault: "softmax over one output",
    buggy: program("buggy", dense([60, 50], "relu", "xavier_uniform", { outputs: 1 }), {
      ...{ samples: single(random5), loss: "cross_entropy", ...adam, batch: 32, updates: 1000 },
    }),
    mended: program("mended", dense([60, 50], "relu", "xavier_uniform", { outputs: 1 }), {
      ...{ samples: random5, loss: "binary_cross_entropy", ...adam, batch: 32, updates: 1000 },
    }),
    causes: ONE_SOFTMAX,
    published: NAMES,
  },
  {
    name: "45442843",
    fault: "softmax over one output, inputs of 20,000",
    buggy: program("buggy", dense([1], "sigmoid", "xavier_uniform", { outputs: 1 }), {
      ...{
        samples: single(income),
        loss: "cross_entropy",
        optimizer: "rmsprop",
        rate: 1e-3,
        batch: 200,
        updates: 1000,
      },
    }),
    mended: program("mended", dense([1], "sigmoid", "xavier_uniform", { outputs: 1 }), {
      samples: standardized(income),
      ...{ loss: "binary_cross_entropy", optimizer: "rmsprop", rate: 1e-3, batch: 200, updates: 8000 },
    }),
    causes: [...ONE_SOFTMAX, "input-scale"],
    published: NAMES,
  },
  {
    name: "47724077",
    fault: "unscaled columns of a table, one near 300,000",
    buggy: program("buggy", dense([21], "relu", "xavier_uniform", { outputs: 2 }), {
      ...{ samples: adult, loss: "cross_entropy", ...adam, batch: 100, updates: 1000 },
    }),
    mended: program("mended", dense([21], "relu", "xavier_uniform", { outputs: 2 }), {
      ...{ samples: standardized(adult), loss: "cross_entropy", ...sgd, batch: 100, updates: 4000 },
    }),
    causes: ["input-scale", "target-scale", "readout-scale"],
    published: NAMES,
  },
  {
    name: "48221692",
    fault: "a sigmoid in front of squared error whose targets reach 103",
    buggy: program("buggy", dense([5, 1], "sigmoid", "xavier_uniform"), {
      ...{ samples: parabola, loss: "mse", ...sgd, batch: 140, updates: 1000 },
    }),
    mended: program("mended", dense([5], "sigmoid", "xavier_uniform", { outputs: 1 }), {
      ...{ samples: parabola, loss: "mse", ...sgd, batch: 140, updates: 1000 },
    }),
    causes: ["target-scale", "saturation", "labels"],
    published: NAMES,
  },
  {
    name: "48251943",
    fault: "a rectifier as the output of targets of either sign",
    buggy: program("buggy", dense([4, 1], "relu", "xavier_uniform"), {
      ...{ samples: signed, loss: "mse", ...sgd, batch: 10, updates: 100 },
    }),
    mended: program("mended", dense([4], "relu", "xavier_uniform", { outputs: 1 }), {
      ...{ samples: signed, loss: "mse", ...sgd, batch: 10, updates: 1000 },
    }),
    causes: ["dead-units", "target-scale", "labels", "saturation"],
    published: NAMES,
  },
  {
    name: "48385830",
    fault: "no activations, weights and biases of N(0, 1), a rate of 3",
    buggy: program("buggy", dense([30], "identity", "normal", { outputs: 10, init: normal1() }), {
      ...{ samples: oneHot(digits, 10), loss: "mse", optimizer: "sgd", rate: 3, batch: 10, updates: 2000 },
    }),
    mended: program("mended", dense([30], "sigmoid", "normal", { outputs: 10, init: normal1() }), {
      ...{ samples: digits, loss: "cross_entropy", optimizer: "sgd", rate: 3, batch: 10, updates: 2000 },
    }),
    causes: ["learning-rate", "weights", "readout-scale"],
    published: NAMES,
  },
  {
    name: "48934338",
    fault: "a rate of 0.1 with targets that reach 120",
    buggy: program("buggy", dense([50, 30], "relu", "xavier_uniform", { outputs: 1 }), {
      ...{ samples: square, loss: "mse", optimizer: "sgd", rate: 0.1, batch: 32, updates: 2000 },
    }),
    mended: program("mended", dense([50, 30], "relu", "xavier_uniform", { outputs: 1 }), {
      ...{ samples: square, loss: "mse", optimizer: "sgd", rate: 1e-3, batch: 32, updates: 2000 },
    }),
    causes: ["learning-rate", "target-scale"],
    published: NAMES,
  },
  {
    name: "50306988",
    fault: "five epochs where fifty and more are needed",
    buggy: program("buggy", dense([2], "sigmoid", "xavier_uniform", { outputs: 2 }), {
      ...{ samples: boxes, loss: "cross_entropy", ...adam, batch: 32, updates: 65 },
    }),
    mended: program("mended", dense([2], "sigmoid", "xavier_uniform", { outputs: 2 }), {
      ...{ samples: boxes, loss: "cross_entropy", ...adam, batch: 32, updates: 6500 },
    }),
    causes: ["too-few-updates", "learning-rate"],
    published: NAMES,
  },
  {
    name: "52800582",
    fault: "inputs of ±100 into sigmoids, targets up to 100,000,000",
    buggy: program("buggy", dense([50, 50], "sigmoid", "xavier_uniform", { outputs: 1 }), {
      ...{ samples: quartic, loss: "mse", ...adam, batch: 280, updates: 1000 },
    }),
    mended: program("mended", dense([50, 50], "relu", "xavier_uniform", { outputs: 1 }), {
      ...{ samples: standardizedBoth(quartic), loss: "mse", ...adam, batch: 280, updates: 1000 },
    }),
    causes: ["input-scale", "target-scale", "saturation"],
    published: NAMES,
  },
  {
    name: "55328966",
    fault: "pixels between 0 and 255",
    buggy: program("buggy", dense([784, 50], "relu", "xavier_uniform", { outputs: 10 }), {
      ...{
        samples: divided(digits, 1 / 255),
        loss: "cross_entropy",
        optimizer: "sgd",
        rate: 0.1,
        batch: 32,
        updates: 400,
      },
    }),
    mended: program("mended", dense([784, 50], "relu", "xavier_uniform", { outputs: 10 }), {
      ...{ samples: digits, loss: "cross_entropy", optimizer: "sgd", rate: 0.01, batch: 32, updates: 400 },
    }),
    causes: ["input-scale", "learning-rate", "dead-units"],
    published: NAMES,
  },
];

/** Keras's RandomNormal(stddev=1) of weights and biases: 20 times its default scale. */
function normal1(): object {
  return { weight: "normal", readout: "gaussian", gain: 20, biasStd: 1 };
}
