import type { NetworkSpec } from "../../../../src/spec/index.ts";
import type { Experiment, TaskChoice } from "./experiment.ts";
import type { Json } from "./merge-patch.ts";

/** Tasks that need no file, for each kind of network, with their labels. */
export const TASKS_OF: Readonly<Record<NetworkSpec["kind"], readonly (readonly [name: string, label: string])[]>> = {
  recurrent: [
    ["adding", "add two marked numbers"],
    ["copy", "copy symbols after a wait"],
    ["temporal_order", "tell the order of two marks"],
    ["noise", "noise, nothing to learn"],
  ],
  feedforward: [
    ["circles", "tell two circles apart"],
    ["spirals", "tell two spirals apart"],
    ["xor", "exclusive or"],
    ["parity", "parity of 8 bits"],
    ["teacher", "imitate a small network"],
    ["gaussian", "random labels"],
  ],
};

const FIRST: Readonly<Record<NetworkSpec["kind"], { readonly network: Json; readonly task: TaskChoice }>> = {
  recurrent: { network: { kind: "recurrent", cell: "tanh", hidden: 32 }, task: { name: "adding", steps: 200 } },
  feedforward: {
    network: { kind: "feedforward", width: 32, depth: 30, activation: "tanh", init: { weight: "gaussian" } },
    task: { name: "circles" },
  },
};

/** The first experiment of a visit: the default network of a kind. */
export const firstOf = (kind: NetworkSpec["kind"], seed = 1): Experiment => ({
  ...(FIRST[kind] as Pick<Experiment, "network" | "task">),
  batch: kind === "recurrent" ? 8 : 32,
  seed,
  edits: {},
});
