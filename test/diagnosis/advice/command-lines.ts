import { random } from "../../../src/base/random.ts";

/* Command lines of `rnn` and `mlp`, most of them of sick networks, drawn from their options by a seed. */

type Draw = ReturnType<typeof random>;
type Choice = readonly [share: number, option: string, ...values: readonly string[]];

const CELLS = ["tanh", "relu", "identity", "indrnn", "antisymmetric", "leaky:leak=0.2", "gru", "mgu", "lstm"];
const MIXED = ["lstm,lstm", "tanh,gru", "gru,relu", "lstm_coupled,tanh", "residual,lstm"];

/** An option that is given with a probability, with one of its values; an option without values is a flag. */
const chosen = (draw: Draw, choices: readonly Choice[]): string[] =>
  choices.flatMap(([share, option, ...values]) => {
    const [isGiven, value] = [draw.uniform() < share, values[draw.below(Math.max(values.length, 1))]];
    return isGiven ? (value === undefined ? [option] : [option, value]) : [];
  });

function ofSequences(draw: Draw): string[] {
  const all = draw.below(4) === 0 ? MIXED : CELLS;
  const cell = all[draw.below(all.length)];
  const choices: Choice[] = [
    [1, "--steps", "30", "100", "300"],
    [0.3, "--init", ...(cell.includes(",") ? ["pytorch,orthogonal"] : ["pytorch", "gaussian", "zeros"])],
    [0.3, "--gain", "0.3", "0.7", "2"],
    [0.2, "--input-gain", "0.01", "5", "30"],
    [0.1, "--input-init", "zeros"],
    [0.2, "--bias-std", "0.5", "2"],
    [0.2, "--time-skip", "4", "4,0.5"],
    [0.1, "--dilation", "2"],
    ...(cell.startsWith("lstm") ? [[0.6, "--forget-bias", "-2", "0", "5"] as const] : []),
    ...(cell === "gru" ? [[0.3, "--chrono", "5"] as const, [0.2, "--constraint", "orthogonal"] as const] : []),
    ...(cell === "lstm" ? [[0.3, "--projection", "8"] as const, [0.2, "--inner-activation", "relu"] as const] : []),
  ];
  return ["rnn", "--cell", cell, "--hidden", "16", "--batch", "8", ...chosen(draw, choices)];
}

const ACTIVATIONS = ["tanh", "relu", "leaky_relu", "sigmoid", "gelu", "sine", "identity"];

function ofLayers(draw: Draw): string[] {
  const depth = [10, 30, 60][draw.below(3)];
  const list = (...names: readonly string[]) => Array.from({ length: depth }, (_, l) => names[l % names.length]).join();
  const activation = draw.below(5) === 0 ? list("sigmoid", "tanh") : ACTIVATIONS[draw.below(ACTIVATIONS.length)];
  const laws: readonly (readonly Choice[])[] = [
    [
      [0.6, "--init", "pytorch", "orthogonal", "zeros", "identity"],
      [0.4, "--gain", "0.5", "3"],
      [0.3, "--bias-std", "3"],
    ],
    [
      [1, "--init", "gaussian"],
      [1, "--sigma-w", "0.7", "2"],
      [0.4, "--sigma-b", "1"],
    ],
    [[1, "--lsuv"]],
    [
      [1, "--init", "he_normal"],
      [1, "--parametrization", "mup"],
      [0.5, "--gain", "0.5"],
    ],
  ];
  const law = laws[draw.below(laws.length)];
  const paths: Choice[] = [
    [0.2, "--norm", "batch", "weight", list("layer", "none")].slice(0, law === laws[3] ? 3 : 5) as unknown as Choice,
    [0.2, "--residual", "identity", "highway", "dense"],
    [0.2, "--task", "circles"],
  ];
  return [
    ...["mlp", "--width", "32", "--batch", "8", "--activation", activation],
    ...chosen(draw, [[1, "--depth", `${depth}`], ...law, ...paths]),
  ];
}

/** `count` of them. */
export function commandLines(count: number, seed: number): string[][] {
  const draw = random(seed, "command-lines");
  return Array.from({ length: count }, (_, i) => [
    ...(i % 2 === 0 ? ofSequences(draw) : ofLayers(draw)),
    ...["--seed", `${i}`],
  ]);
}
