/** Batches that begin with a given state: against PyTorch, and against a sequence that is run in two parts. */
import { afterAll, describe, expect, test } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import { poolOf } from "../../src/parallel/pool.ts";
import { sharedEngine } from "../../src/wasm/engine.ts";
import { stateGoldens } from "../golden/read.ts";
import { normals } from "../setup/numbers.ts";
import { checkGolden } from "./cells-check.ts";

afterAll(() => poolOf(sharedEngine().module).dispose());

describe("PyTorch's given states", () => {
  test.each(stateGoldens().map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
    checkGolden(golden);
  });
});

describe("a sequence in two parts", () => {
  const [B, X, H, T] = [11, 2, 9, 90];
  const inputs = normals(T * B * X, 3);
  const part = (from: number, to: number) => inputs.subarray(from * B * X, to * B * X);

  test.each(["tanh", "lstm", "gru", "minimal_rnn", "lstm_peephole"] as const)("%s", (cell) => {
    const network = createNetwork({ kind: "recurrent", cell, hidden: H, layers: 2, inputs: X }, { seed: 5 });
    const zero = () => ({
      h: new Float32Array(2 * B * H),
      ...(cell.startsWith("lstm") ? { c: new Float32Array(2 * B * H) } : {}),
    });
    const whole = network.propagate({ inputs, batch: B, state: zero() }, { probe: false });
    const { state: first } = network.propagate({ inputs: part(0, 40), batch: B, state: zero() }, { probe: false });
    const second = network.propagate({ inputs: part(40, T), batch: B, state: first!.final }, { probe: false });
    expect(second.state?.final).toEqual(whole.state?.final);
    expect(second.loss).toBe(whole.loss);
    expect(second.lnGradientNorm).toEqual(whole.lnGradientNorm.subarray(40));
    network.dispose();
  });

  test("zero states, said so, are those of a pass that says nothing", () => {
    const network = createNetwork({ kind: "recurrent", cell: "gru", hidden: H, inputs: X }, { seed: 5 });
    const { state, ...flow } = network.propagate({ inputs, batch: B, state: { h: new Float32Array(B * H) } });
    expect(flow).toEqual(network.propagate({ inputs, batch: B }));
    expect(state?.gradient.h.data.some((value) => value !== 0)).toBe(true);
    network.dispose();
  });

  test("the same bits for any number of workers, and where states are recomputed", async () => {
    const spec = { kind: "recurrent", cell: "lstm", hidden: H, layers: 2, inputs: X } as const;
    const state = { h: normals(2 * B * H, 8), c: normals(2 * B * H, 9) };
    const lengths = Array.from({ length: B }, (_, b) => 90 - 7 * b);
    const options = { contributions: false };
    const network = createNetwork(spec, { seed: 5 });
    const flow = network.propagate({ inputs, batch: B, state, lengths }, options);
    for (const threads of [2, 3]) {
      expect(await network.propagateAsync({ inputs, batch: B, state, lengths }, { ...options, threads })).toEqual(flow);
    }
    const small = createNetwork(spec, { seed: 5, memoryLimit: Math.round(network.memoryBytes * 0.75) });
    expect(small.propagate({ inputs, batch: B, state, lengths }, options)).toEqual(flow);
    expect(small.memoryBytes).toBeLessThan(0.75 * network.memoryBytes);
    network.dispose();
    small.dispose();
  });
});

describe("refusals", () => {
  const inputs = normals(4 * 3 * 2, 1);
  test.each([
    [{ cell: "lstm" }, { h: new Float32Array(3 * 4) }, /^state: h and c, for the cell lstm, got "h alone"; add c$/],
    [{ cell: "gru" }, { h: new Float32Array(5) }, /^state\.h: a Float32Array \[N, B, H\] = \[1, 3, 4\], got 5; /],
    [
      { bidirectional: true },
      { h: new Float32Array(12) },
      /^state\.h: a Float32Array \[N, B, H\] = \[2, 3, 4\], got 12; /,
    ],
    [{ dilation: 2 }, { h: new Float32Array(12) }, /^state: .*got "dilated layers"; /],
  ] as const)("%j", (spec, state, message) => {
    const network = createNetwork({ kind: "recurrent", hidden: 4, inputs: 2, ...spec });
    expect(() => network.propagate({ inputs, batch: 3, state })).toThrow(message);
    network.dispose();
  });
});
