/** Faults before and behind recurrent layers: embeddings, stems and heads; and tensors that shut a recurrence. */
import type { Network } from "../../../src/network/create.ts";
import type { NetworkInput } from "../../../src/spec/index.ts";
import type { TaskInput } from "../../../src/tasks/index.ts";
import { adding, change, judged } from "../planted.ts";
import { type Instance, saidBy } from "./instance.ts";

const TEXT = {
  name: "text",
  bytes: new TextEncoder().encode("the quick brown fox jumps over the lazy dog. ".repeat(200)),
  steps: 20,
} as TaskInput;

const of = (network: object, edit: (n: Network) => void, task: TaskInput = adding()) =>
  saidBy(judged({ kind: "recurrent", hidden: 16, ...network } as NetworkInput, task, edit));
const scaled = (name: string, factor: number) => (n: Network) => change(n, name, (old) => old * factor);
const at = (name: string, value: number) => (n: Network) => change(n, name, () => value);

const gated = ["lstm", "gru"].map((cell) => ({ cell, init: { chrono: 20 } }));

const blocked = (tried: string, run: Instance["run"], part: string, cause: string, says?: RegExp): Instance => ({
  tried,
  run,
  right: { verdict: "blocked", parts: [part], causes: [cause], ...(says && { says }) },
});

export const EMBEDDINGS: readonly Instance[] = gated.flatMap((network): Instance[] => {
  const embedded = { ...network, embedding: { size: 8 } };
  const name = "embedding.weight";
  return [
    blocked(`${network.cell}: vectors of zero`, () => of(embedded, at(name, 0), TEXT), "input dead", `weights ${name}`),
    blocked(
      `${network.cell}: vectors × 1e-6`,
      () => of(embedded, scaled(name, 1e-6), TEXT),
      "input unheard",
      `weights ${name}`,
    ),
    {
      tried: `${network.cell}: vectors × 10,000`,
      run: () => of(embedded, scaled(name, 1e4), TEXT),
      right: {
        verdict: ["dead", "vanishing", "mixed"],
        causes: [`weights ${name}`],
        says: /Draw embedding\.weight again/,
      },
    },
    blocked(
      `${network.cell}: a gate shut behind an embedding`,
      () =>
        of(
          embedded,
          (n) =>
            change(n, "rnn.bias_ih_l0", (old, i) =>
              network.cell === "lstm" ? (i < 16 ? -14 : old) : Math.floor(i / 16) === 1 ? 12 : old,
            ),
          TEXT,
        ),
      "input shut",
      "closed-gate rnn.bias_ih_l0",
    ),
  ];
});

export const STEMS_AND_HEADS: readonly Instance[] = gated.flatMap((network): Instance[] => {
  const stem = (activation: string) => ({ ...network, stem: { width: 16, activation } });
  const head = (activation: string) => ({ ...network, head: { width: 16, activation } });
  return [
    blocked(
      `${network.cell}: a dead stem`,
      () => of(stem("relu"), at("stem.0.bias", -1000)),
      "input dead",
      "bias stem.0.bias",
    ),
    blocked(
      `${network.cell}: a stem's weights of zero`,
      () => of(stem("tanh"), at("stem.0.weight", 0)),
      "input unheard",
      "weights stem.0.weight",
    ),
    blocked(
      `${network.cell}: a dead head`,
      () => of(head("relu"), at("head.0.bias", -1000)),
      "readout dead",
      "bias head.0.bias",
      /Set head\.0\.bias to 0/,
    ),
    blocked(
      `${network.cell}: a head's weights × 1e-8`,
      () => of(head("tanh"), scaled("head.0.weight", 1e-8)),
      "readout too-small",
      "readout-scale head.0.weight",
      /Draw head\.0\.weight again/,
    ),
    blocked(
      `${network.cell}: a readout × 1e-8`,
      () => of(network, scaled("readout.weight", 1e-8)),
      "readout too-small",
      "readout-scale readout.weight",
      /Draw readout\.weight again/,
    ),
  ];
});

const sick = (tried: string, run: Instance["run"], cause: string): Instance => ({
  tried,
  run,
  right: {
    verdict: ["vanishing", "dead", "mixed"],
    causes: [cause],
    says: new RegExp(cause.split(" ").at(-1) as string),
  },
});

export const SHUT_RECURRENCES: readonly Instance[] = [
  ...["tanh", "sigmoid", "softsign", "hardtanh"].flatMap((cell) => [
    sick(`${cell}: biases at 40`, () => of({ cell }, at("rnn.bias_ih_l0", 40)), "saturation rnn.bias_ih_l0"),
    sick(
      `${cell}: biases of the upper layer at 40`,
      () => of({ cell, layers: 2 }, at("rnn.bias_ih_l1", 40)),
      "saturation rnn.bias_ih_l1",
    ),
  ]),
  ...["relu", "leaky_relu"].map((cell) =>
    sick(`${cell}: biases at −0.15`, () => of({ cell }, at("rnn.bias_ih_l0", -0.15)), "dead-units rnn.bias_ih_l0"),
  ),
  ...[0, 1].map((level) =>
    sick(
      `relu: biases of layer ${level} of two at −1000`,
      () => of({ cell: "relu", layers: 2 }, at(`rnn.bias_ih_l${level}`, -1000)),
      `dead-units rnn.bias_ih_l${level}`,
    ),
  ),
];
