import { createNetwork } from "../../network/create.ts";
import type { NetworkInput } from "../../spec/index.ts";
import type { TaskInput } from "../../tasks/index.ts";
import { above, below, control } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { bars } from "../figures.ts";
import { exact, overSeeds } from "../intervals.ts";
import { totalGain } from "../lab.ts";
import type { Measured } from "../types.ts";

/** The widths give each modern network as many parameters as its plain network, within a tenth. */
const setup = {
  pairs: {
    LSTM: {
      plain: { kind: "recurrent", cell: "tanh", hidden: 64, init: { recurrent: "pytorch", input: "pytorch" } },
      modern: { kind: "recurrent", cell: "lstm", hidden: 31 },
      task: { name: "adding", steps: 30 },
      plan: { steps: 500, optimizer: { name: "adam", learningRate: 0.02 }, clip: { norm: 1 } },
    },
    GRU: {
      plain: { kind: "recurrent", cell: "tanh", hidden: 64, init: { recurrent: "pytorch", input: "pytorch" } },
      modern: { kind: "recurrent", cell: "gru", hidden: 36 },
      task: { name: "adding", steps: 30 },
      plan: { steps: 500, optimizer: { name: "adam", learningRate: 0.02 }, clip: { norm: 1 } },
    },
    "pre-norm residual": {
      plain: { kind: "feedforward", depth: 20, width: 32, activation: "relu", init: { weight: "pytorch" } },
      modern: {
        kind: "feedforward",
        depth: 20,
        width: 31,
        activation: "relu",
        init: { weight: "pytorch" },
        residual: "identity",
        norm: "layer",
        normPosition: "pre",
      },
      task: { name: "parity", bits: 4 },
      plan: { steps: 500, optimizer: { name: "sgd", learningRate: 0.05 }, clip: { norm: 1 } },
    },
  },
  seeds: 6,
} as const;

export const modern = defineClaim({
  id: "modern-architectures-avoid-it",
  topic: "remedies",
  sentence: "Modern architectures avoid vanishing: at the same size they keep the gradient and learn.",
  criterion: [
    ...Object.keys(setup.pairs).flatMap((name) => [
      above(
        `gain, ${name} − plain`,
        Math.log(1000),
        `${name} keeps at least 1,000 times as much of the gradient as the plain network`,
      ),
      above(`learned, ${name} − plain`, 0.5, `${name} learns more than the plain network, by half of the task or more`),
    ]),
    control(below("sizes apart", 0.1, "both have the same number of parameters, within a tenth")),
  ],
  reduced: setup,
  full: { seeds: 30 },
  *run({ pairs, seeds }, lab) {
    const numbers: Measured[] = [];
    const groups: Record<string, number[]> = {};
    let apart = 0;
    for (const [name, { plain, modern, task, plan }] of Object.entries(pairs)) {
      const sizes: number[] = [];
      const gains: number[][] = [];
      const learned: number[][] = [];
      for (const [kind, network] of [
        ["plain", plain],
        ["modern", modern],
      ] as const) {
        sizes.push(parameterCount(network, task));
        gains.push((yield* lab.flows(`${name}, ${kind}`, network, { task, seeds })).map(totalGain));
        const runs = yield* lab.train(`${name}, ${kind}`, network, task, plan, seeds);
        learned.push(runs.map((run) => run.learned));
        groups[kind === "plain" ? `plain, compared with ${name}` : name] = learned[learned.length - 1];
      }
      apart = Math.max(apart, Math.abs(sizes[1] / sizes[0] - 1));
      const difference = ([before, after]: number[][]) => after.map((value, i) => value - before[i]);
      numbers.push(overSeeds(`gain, ${name} − plain`, difference(gains), "nats"));
      numbers.push(overSeeds(`learned, ${name} − plain`, difference(learned), ""));
    }
    numbers.push(exact("sizes apart", apart, ""));
    return { numbers, figure: bars("share learned", groups) };
  },
});

function parameterCount(spec: NetworkInput, task: TaskInput & object): number {
  const [inputs, outputs] = task.name === "adding" ? [2, 1] : [Number(task.bits), 2];
  const network = createNetwork(spec, { inputs, outputs });
  const count = network.parameters.names.reduce((sum, name) => sum + network.parameters.get(name).length, 0);
  network.dispose();
  return count;
}
