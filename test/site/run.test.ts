/** The playground's training run: where it stopped is said as the library says it. */
import { expect, it } from "vitest";
import { drawNetwork, type Experiment } from "../../site/play/src/model/experiment.ts";
import { firstOf } from "../../site/play/src/model/first.ts";
import { FIRST_TRAINING } from "../../site/play/src/model/training-choice.ts";
import { Run } from "../../site/play/src/model/run.ts";
import { nonfiniteLayer } from "../../src/flow/index.ts";

const recurrent = (network: object): Experiment => ({
  ...firstOf("recurrent"),
  network: { kind: "recurrent", cell: "identity", hidden: 4, ...network } as never,
});
const deep = (network: object): Experiment => ({
  ...firstOf("feedforward"),
  network: { kind: "feedforward", width: 8, depth: 4, activation: "linear", ...network } as never,
});

it.each([
  ["a step of a direction", recurrent({ bidirectional: true, init: { gain: 1e20 } }), {}, "layer 0, step 2, in h"],
  ["a layer", deep({ init: { gain: 1e15 } }), {}, "layer 2, in h"],
  ["the readout", deep({}), { "readout.weight": Number.NaN }, "the readout, in readout.weight"],
  [
    "the direction whose bias is infinite",
    recurrent({ bidirectional: true }),
    { "rnn.bias_ih_l0_reverse": Number.POSITIVE_INFINITY },
    "layer 0 in reverse, step",
  ],
  [
    "the stem",
    recurrent({ stem: { width: 5 } }),
    { "stem.0.weight": Number.POSITIVE_INFINITY },
    "the stem, step 0, in stem.0.weight",
  ],
] as const)("a run that leaves the range says %s as the verdict does", (_, experiment, broken, expected) => {
  const network = drawNetwork(experiment).network;
  const weights = Object.fromEntries(network.parameters.names.map((name) => [name, network.parameters.get(name)]));
  for (const [name, value] of Object.entries(broken)) weights[name] = weights[name].map(() => value);
  network.dispose();
  const run = new Run(experiment, FIRST_TRAINING, { weights });
  const { nonfinite, spec } = run.measure().flow;
  run.step();
  const { stopped } = run.frame();
  expect(stopped).toContain(`: ${expected}`);
  expect(stopped).toContain(`: ${nonfiniteLayer(spec, nonfinite as NonNullable<typeof nonfinite>)}`);
  run.dispose();
});
