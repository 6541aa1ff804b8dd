/** Faults that show in training. */
import { random } from "../../../src/base/random.ts";
import type { UpdateReading } from "../../../src/diagnosis/index.ts";
import { monitor } from "../../../src/monitor/index.ts";
import { judgeProgress, type TrainOptions, train } from "../../../src/training/index.ts";
import { adding } from "../planted.ts";
import type { Instance, Said } from "./instance.ts";

const BASELINE = { value: 1, source: "task" } as const;
const stream = random(1, "test/faults");
const series = (count: number, at: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => at(i) * (1 + 0.05 * stream.normal()));
const moving = (ratio: number, rate: number): UpdateReading => ({
  ratios: [{ name: "layers.0.weight", ln: Math.log(ratio) }],
  rate,
});
const sound = { verdict: "healthy", state: "training", totalGain: 0, axis: "layer" } as const;

/** The phase of a run with these losses. */
function phaseOf(losses: readonly number[], look: object = sound, updates = moving(1e-3, 1e-3)): Said {
  const phase = judgeProgress(losses, BASELINE, look as never, updates);
  return { verdict: phase.name, parts: [], causes: [], text: `since ${phase.since}: ${phase.sentence} ${phase.next}` };
}

/** The phase and the summary of a whole run. */
async function trained(options: object): Promise<Said> {
  const { phase, summary } = await train(options as TrainOptions).result;
  return { verdict: phase.name, parts: [], causes: [], text: `${summary} ${phase.next}` };
}

const values = (of: (i: number) => number) => ({
  shape: [64, 1],
  data: Float32Array.from({ length: 64 }, (_, i) => of(i)),
});
const parabola = { name: "arrays", inputs: values((i) => i / 12), targets: values((i) => 5 * (i / 12) ** 2) };

export const RUNAWAYS: readonly Instance[] = [
  {
    tried: "a loss that rises from 1 to 6e30, by updates larger than the weights",
    run: () =>
      phaseOf(
        series(200, (i) => (i < 40 ? 1 : 10 ** ((30.8 * (i - 40)) / 160))),
        sound,
        moving(3, 5),
      ),
    right: { verdict: "diverging", says: /since (4[2-9]|5\d):.*the learning rate is too large/, never: /learning …/ },
  },
  {
    tried: "the same on a path that explodes, by updates of ordinary size",
    run: () =>
      phaseOf(
        series(200, (i) => (i < 40 ? 1 : 1e6)),
        { ...sound, verdict: "exploding", totalGain: 40 },
      ),
    right: { verdict: "diverging", says: /the gradient grows by a factor of 2\.4e17/ },
  },
  {
    tried: "a rate that shuts every rectifier: all gradients but a bias's are exactly zero",
    run: () =>
      trained({
        network: { kind: "feedforward", width: [50, 30], activation: "relu", outputs: 1 },
        task: parabola,
        optimizer: { name: "sgd", learningRate: 0.1 },
        batch: 32,
        steps: 300,
      }),
    right: { verdict: "rate-too-large", says: /lower/i },
  },
  {
    tried: "a monitored run at a loss of 1e60 and ln ‖g‖ = 76",
    run: () => {
      const watch = monitor();
      for (let s = 0; s < 40; s++) {
        watch.record(
          [0, 1, 2, 3].map((l) => ({ name: `dense_${l}/kernel`, gradient: [Math.exp(76)] })),
          { loss: s < 10 ? 1 : 10 ** (2 * (s - 9)) },
        );
      }
      const { verdict, state, summary, advice } = watch.diagnose();
      return { verdict, parts: [`loss ${state}`], causes: [], text: `${summary} ${advice}` };
    },
    right: { verdict: "blocked", parts: ["loss diverging"], says: /learning rate/, never: /nothing to do/i },
  },
];

const gru = (optimizer: object) =>
  trained({
    ...{ network: { kind: "recurrent", cell: "gru", hidden: 8 }, task: adding(8), batch: 16, seed: 3, steps: 120 },
    optimizer,
  });

export const RATES: readonly Instance[] = [
  {
    tried: "plain descent at 1e-7",
    run: () => gru({ name: "sgd", learningRate: 1e-7 }),
    right: { verdict: "rate-too-small", says: /\d to 0\.\d+ would move the weights by 1e-4 to 1e-1/ },
  },
  {
    tried: "Adam at 1e-8",
    run: () => gru({ name: "adam", learningRate: 1e-8 }),
    right: { verdict: "rate-too-small", says: /\d to 0\.\d+ would move the weights by 1e-4 to 1e-1/ },
  },
  {
    tried: "descent with momentum at 2, which oscillates",
    run: () =>
      trained({
        network: { kind: "feedforward", depth: 3, width: 16, activation: "tanh" },
        task: { name: "spirals", turns: 1 },
        optimizer: { name: "momentum", learningRate: 2 },
        steps: 200,
      }),
    right: { verdict: ["rate-too-large", "diverging"], says: /learning rate/, never: /vanish/ },
  },
];

const numbers = (shape: readonly number[], of: (i: number) => number) => ({
  shape: [...shape],
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => of(i)),
});
/** A run on the caller's own arrays, ten steps of two columns. */
const onArrays = (cell: string, optimizer: object, column: (i: number) => number, target: (i: number) => number) =>
  trained({
    network: { kind: "recurrent", cell, hidden: 8, outputs: 1 },
    task: {
      name: "arrays",
      inputs: numbers([10, 64, 2], (i) => (i % 2 === 0 ? Math.sin(1.7 * i) : column(i))),
      targets: numbers([64, 1], target),
    },
    ...{ optimizer, batch: 16, steps: 200 },
  });

const saturated = { part: "input", state: "saturated", evidence: "98 % of the derivatives are small." };

export const STUCK: readonly Instance[] = [
  ...(["gru", "tanh", "lstm"] as const).map(
    (cell): Instance => ({
      tried: `${cell}: targets near 50, far above the trivial answer's loss while it falls`,
      run: () =>
        onArrays(
          cell,
          { name: "adam", learningRate: 1e-3 },
          (i) => Math.cos(i),
          (i) => 50 + Math.sin(i),
        ),
      right: {
        verdict: "learning",
        says: /above the .*the targets are not scaled .*Repair the loss first/,
      },
    }),
  ),
  ...(["gru", "lstm"] as const).map(
    (cell): Instance => ({
      tried: `${cell}: a column of a million, and a rate that leaves the range of numbers or stands above`,
      run: () => onArrays(cell, { name: "sgd", learningRate: 0.5 }, (i) => 1e6 + i, Math.sin),
      right: {
        verdict: ["nonfinite", "above-trivial", "diverging", "trivial-baseline", "rate-too-large", "learning"],
        says: /column 1 is not scaled: .*Repair the input first: scale column 1/,
      },
    }),
  ),
  {
    tried: "classes at a rate of 5, stuck above the trivial answer",
    run: () =>
      trained({
        ...{ network: { kind: "feedforward", depth: 3, width: 32, activation: "tanh" }, task: "gaussian" },
        ...{ optimizer: { name: "sgd", learningRate: 5 }, batch: 32, steps: 200 },
      }),
    right: {
      verdict: ["rate-too-large", "diverging"],
      says: /the learning rate is too large.*Lower the learning rate/,
    },
  },
  {
    tried: "a shut gate that makes all updates small: the gate comes before the rate",
    run: () =>
      phaseOf(
        series(300, () => 1),
        {
          ...sound,
          verdict: "blocked",
          obstacle: { part: "input", state: "shut", evidence: "Gate i is shut." },
          advice: [{ sentence: "Set b to 0." }],
        },
        moving(1e-9, 0.1),
      ),
    right: {
      verdict: "rate-too-small",
      says: /gate i is shut Repair the input first: set b to 0\. Then judge the rate again\./,
      never: /Raise the learning rate/,
    },
  },
  ...[1.6, 2.4].map(
    (level): Instance => ({
      tried: `a loss that stands at ${level} times the trivial one`,
      run: () =>
        phaseOf(
          series(300, () => level),
          { ...sound, obstacle: saturated },
        ),
      right: { verdict: "above-trivial", says: /98 % of the derivatives are small.*Repair the input first/ },
    }),
  ),
];
