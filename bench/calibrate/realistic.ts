import type { RealInputs } from "./data.ts";
import { deep, edit, gated, PRE_NORM, recurrent, rows } from "./rows.ts";
import type { Fault } from "./plant.ts";

/*
 * Networks of the sizes people train, 64 to 512 wide, on real inputs in batches of 16 to 128, as they stand in the file
 * and scaled. Nothing was tuned on them. Their verdict is judged, not their cause, which
 * would take nine more float64 networks for each.
 */

const on = (name: RealInputs["name"], batch: number, scaled = true) => ({ data: { name, batch, scaled } });
const raw = (name: RealInputs["name"], batch: number) => on(name, batch, false);

const real = (kind: string, all: readonly (readonly [string, Omit<Fault, "kind" | "severity" | "part">])[]): Fault[] =>
  rows("realistic", kind, all, "", ([, row]) => row).map((fault, i) => ({ ...fault, severity: all[i][0] }));

export const REALISTIC: readonly Fault[] = [
  ...real("table", [
    ["tanh, 256 wide, 10 layers, batch 64", { network: deep("tanh", 10, {}, { width: 256 }), ...on("table", 64) }],
    ["the same, raw", { network: deep("tanh", 10, {}, { width: 256 }), ...raw("table", 64) }],
    ["ReLU, 512 wide, 6 layers, batch 32, raw", { network: deep("relu", 6, {}, { width: 512 }), ...raw("table", 32) }],
    ["sigmoid, 256 wide, 8 layers, batch 32", { network: deep("sigmoid", 8, {}, { width: 256 }), ...on("table", 32) }],
    [
      "ReLU × 0.6, 128 wide, 20 layers, batch 128",
      { network: deep("relu", 20, { gain: 0.6 }, { width: 128 }), ...on("table", 128) },
    ],
    [
      "ReLU × 1.8, 128 wide, 15 layers, batch 64, raw",
      { network: deep("relu", 15, { gain: 1.8 }, { width: 128 }), ...raw("table", 64) },
    ],
    [
      "ReLU, batch norm, 64 wide, 40 layers, batch 64",
      { network: deep("relu", 40, {}, { width: 64, norm: "batch" }), ...on("table", 64) },
    ],
    [
      "ReLU, pre-norm, 64 wide, 40 layers, batch 128, raw",
      { network: deep("relu", 40, {}, { width: 64, ...PRE_NORM }), ...raw("table", 128) },
    ],
    [
      "ReLU, 128 wide, 12 layers, batch 64, one layer's biases −1",
      {
        network: deep("relu", 12, {}, { width: 128 }),
        ...on("table", 64),
        ...edit({ edit: "bias", value: -1, at: 0.5 }),
      },
    ],
    [
      "ReLU, 128 wide, 12 layers, batch 64, one layer's biases −3",
      {
        network: deep("relu", 12, {}, { width: 128 }),
        ...on("table", 64),
        ...edit({ edit: "bias", value: -3, at: 0.5 }),
      },
    ],
  ]),
  ...real("images", [
    ["ReLU, 256 wide, 8 layers, batch 64", { network: deep("relu", 8, {}, { width: 256 }), ...on("images", 64) }],
    ["the same, raw", { network: deep("relu", 8, {}, { width: 256 }), ...raw("images", 64) }],
    [
      "tanh, 128 wide, 15 layers, batch 32, raw",
      { network: deep("tanh", 15, {}, { width: 128 }), ...raw("images", 32) },
    ],
    [
      "SELU × 0.5, 128 wide, 25 layers, batch 32",
      { network: deep("selu", 25, { gain: 0.5 }, { width: 128 }), ...on("images", 32) },
    ],
    [
      "tanh, residual sum, 64 wide, 30 layers, batch 64",
      { network: deep("tanh", 30, {}, { width: 64, residual: "identity" }), ...on("images", 64) },
    ],
    [
      "tanh, one layer × 1e-5, 128 wide, 12 layers, batch 32",
      {
        network: deep("tanh", 12, {}, { width: 128 }),
        ...on("images", 32),
        ...edit({ edit: "weights", factor: 1e-5, at: 0.4 }),
      },
    ],
  ]),
  ...real("rows of images", [
    ["tanh RNN, 128 wide, batch 32", { network: recurrent("tanh", {}, 128), ...on("rows of images", 32), steps: 28 }],
    ["the same, raw", { network: recurrent("tanh", {}, 128), ...raw("rows of images", 32), steps: 28 }],
    [
      "LSTM, 64 wide, forget bias −2, batch 32",
      { network: gated("lstm", { forgetBias: -2 }, 64), ...on("rows of images", 32), steps: 28 },
    ],
    [
      "LSTM, 64 wide, forget bias 3, batch 64, raw",
      { network: gated("lstm", { forgetBias: 3 }, 64), ...raw("rows of images", 64), steps: 28 },
    ],
    ["GRU, 128 wide, batch 32", { network: gated("gru", {}, 128), ...on("rows of images", 32), steps: 28 }],
  ]),
  ...real("columns of the table", [
    [
      "ReLU RNN × 3, 64 wide, batch 64",
      { network: recurrent("relu", { gain: 3 }, 64), ...on("columns of the table", 64), steps: 8 },
    ],
    [
      "tanh RNN × 0.3, 128 wide, batch 64, raw",
      { network: recurrent("tanh", { gain: 0.3 }, 128), ...raw("columns of the table", 64), steps: 8 },
    ],
  ]),
  ...real("text", [
    ["tanh RNN, 256 wide, 50 steps, batch 16", { network: recurrent("tanh", {}, 256), ...on("text", 16), steps: 50 }],
    ["LSTM, 128 wide, 60 steps, batch 16", { network: gated("lstm", {}, 128), ...on("text", 16), steps: 60 }],
    [
      "ReLU RNN, identity × 1.2, 128 wide, 60 steps, batch 32",
      { network: recurrent("relu", { recurrent: "identity", gain: 1.2 }, 128), ...on("text", 32), steps: 60 },
    ],
    [
      "linear RNN, orthogonal, 128 wide, 60 steps, batch 32",
      { network: recurrent("identity", {}, 128), ...on("text", 32), steps: 60 },
    ],
  ]),
];
