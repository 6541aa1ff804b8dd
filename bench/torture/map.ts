import { parseMap } from "../../src/sweeps/map.ts";

/** A thousand cells, each a small network that is trained for some milliseconds. */
export const MAP = parseMap({
  base: {
    network: { kind: "feedforward", width: 16 },
    batch: 8,
    plan: { steps: 50, batch: 8, optimizer: { name: "sgd", learningRate: 0.01 } },
  },
  axes: [
    { key: "init.gain", from: 0.5, to: 2, count: 25 },
    { key: "depth", from: 1, to: 20, count: 20, whole: true },
  ],
  replicates: 2,
});
