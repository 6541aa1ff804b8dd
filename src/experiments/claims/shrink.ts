import { above, below, control } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { exact, overSeeds, share } from "../intervals.ts";
import { decades, meanProfile, pathOf, perStation, totalGain, upTo } from "../lab.ts";
import type { Series } from "../types.ts";

/** Networks with the initializations that were usual for long, and one network that keeps every norm exactly. */
const setup = {
  networks: {
    "sigmoid MLP": {
      kind: "feedforward",
      depth: 30,
      width: 64,
      activation: "sigmoid",
      init: { weight: "xavier_normal" },
    },
    "tanh MLP": { kind: "feedforward", depth: 30, width: 64, activation: "tanh", init: { weight: "pytorch" } },
    "ReLU MLP": { kind: "feedforward", depth: 30, width: 64, activation: "relu", init: { weight: "xavier_normal" } },
    "tanh RNN": { kind: "recurrent", cell: "tanh", hidden: 64, init: { recurrent: "pytorch", input: "pytorch" } },
  },
  yardstick: { kind: "feedforward", depth: 30, width: 64, activation: "identity", init: { weight: "orthogonal" } },
  steps: 30,
  batch: 32,
  seeds: 8,
} as const;

export const shrink = defineClaim({
  id: "gradients-shrink-backwards",
  topic: "decay",
  sentence: "The gradient's norm shrinks on its way back from the loss.",
  criterion: [
    ...Object.keys(setup.networks).map((name) =>
      above(`decay, ${name}`, 0.05, `the ${name}'s gradient loses at least 5 % of its norm a station`),
    ),
    above("shrinking intervals", 0.9, "the norm shrinks at nine or more of ten stations"),
    control(below("yardstick, |gain|", 0.01, "an orthogonal linear network keeps the norm")),
  ],
  reduced: setup,
  full: { seeds: 30 },
  *run({ networks, yardstick, steps, batch, seeds }, lab) {
    const numbers = [];
    const series: Series[] = [];
    let [shrinking, intervals] = [0, 0];
    for (const [name, network] of Object.entries(networks)) {
      const task = network.kind === "recurrent" ? { name: "noise", steps, inputs: 8 } : "gaussian";
      const flows = yield* lab.flows(name, network, { task, batch, seeds });
      numbers.push(overSeeds(`decay, ${name}`, flows.map(perStation), "nats/station"));
      const profile = meanProfile(flows.map(pathOf));
      series.push({ label: name, x: upTo(profile.length), y: decades(profile) });
      for (const path of flows.map(pathOf)) {
        for (let s = 1; s < path.length; s++, intervals++) if (path[s - 1] < path[s]) shrinking++;
      }
    }
    const straight = yield* lab.flows("yardstick", yardstick, { batch, seeds });
    const worst = Math.max(...straight.map((flow) => Math.abs(totalGain(flow))));
    numbers.push(share("shrinking intervals", shrinking, intervals), exact("yardstick, |gain|", worst, "nats", seeds));
    return {
      numbers,
      figure: { x: { label: "station (0 is farthest from the loss)" }, y: { label: "log₁₀ ‖δ‖/‖δ_last‖" }, series },
    };
  },
});
