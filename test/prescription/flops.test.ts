import { describe, expect, it } from "vitest";
import { costOf } from "../../src/prescription/flops.ts";
import { parseSpec } from "../../src/spec/index.ts";

const cost = (spec: unknown, inputs: number, outputs: number | null, B: number, T = 1, lossSteps = 1) =>
  costOf(parseSpec(spec), { inputs, outputs }, B, T, lossSteps);

describe("what a pass costs", () => {
  it("of a deep network: 6 BHX a matrix, 4 for the one that reads the input", () => {
    const { parameters, flops } = cost({ kind: "feedforward", width: 8, depth: 3 }, 4, 2, 16);
    expect(parameters).toBe(8 * 4 + 8 + 2 * (64 + 8) + 2 * 8 + 2);
    expect(flops).toBe(16 * (4 * 32 + 6 * 64 * 2 + 6 * 16) + 16 * 20 * (8 * 3 + 2));
  });

  it("of a recurrent one: T times that, the readout only where there is a loss", () => {
    const spec = { kind: "recurrent", cell: "identity", hidden: 8 };
    const last = cost(spec, 3, 2, 4, 10, 1);
    const every = cost(spec, 3, 2, 4, 10, 10);
    expect(last.flops).toBe(4 * (10 * (4 * 24 + 6 * 64 + 20 * 16) + 6 * 16 + 20 * 2));
    expect(every.flops - last.flops).toBe(4 * 9 * (6 * 16 + 20 * 2));
  });

  it("of an LSTM: four times a plain cell's, in parameters and operations", () => {
    const size = { kind: "recurrent", hidden: 32 };
    const [plain, lstm] = ["tanh", "lstm"].map((cell) => cost({ ...size, cell }, 2, null, 4, 10));
    expect(lstm.parameters / plain.parameters).toBe(4);
    expect(lstm.flops / plain.flops).toBe(4);
  });

  it("of a diagonal recurrence: no square matrix", () => {
    const { parameters } = cost({ kind: "recurrent", cell: "diagonal", hidden: 32 }, 2, null, 4, 10);
    expect(parameters).toBe(32 * 2 + 32 + 32);
  });
});
