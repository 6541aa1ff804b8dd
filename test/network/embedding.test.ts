import { describe, expect, it } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import { parseSpec } from "../../src/spec/index.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { runRecurrent } from "../oracle/recurrent.ts";
import { type Parameters, tensor } from "../oracle/tensor.ts";
import { normError } from "../setup/numbers.ts";
import "../assembly/cells/helpers.ts"; // toBeCloseToArray

/*
 * x_t = E[v_t] is W_ih E of a one-hot row, so that the float64 oracle runs the network with W' = W_ih Eᵀ [G·H, V] on
 * one-hot inputs. With its gradient G' of W': ∂L/∂W_ih = G' E and ∂L/∂E = (W_ihᵀ G')ᵀ.
 */

interface Size {
  readonly V: number;
  readonly E: number;
  readonly H: number;
  readonly T: number;
  readonly B: number;
}

function drawn({ V, T, B }: Size, Y: number, seed: number): Batch {
  const tokens = Int32Array.from({ length: T * B }, (_, i) => Math.floor(V * Math.abs(Math.sin(seed + i * i))) % V);
  const targets = Int32Array.from({ length: T * B }, (_, i) => (i * 7 + seed) % Y);
  const common = { name: "tokens", batch: B, steps: T, inputSize: V, outputSize: Y, lossAt: "every" } as const;
  return { ...common, inputs: new Float32Array(0), tokens, targets, loss: "cross_entropy" };
}

const oneHot = ({ tokens, inputSize: V }: Batch): Float32Array => {
  const inputs = new Float32Array((tokens as Int32Array).length * V);
  tokens?.forEach((token, row) => {
    inputs[row * V + token] = 1;
  });
  return inputs;
};

/** C [m, n] = A [m, k] B [k, n]. */
const product = (A: ArrayLike<number>, B: ArrayLike<number>, m: number, k: number, n: number): Float64Array =>
  Float64Array.from({ length: m * n }, (_, at) => {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += A[Math.floor(at / n) * k + i] * B[i * n + (at % n)];
    return sum;
  });
const transposed = (A: ArrayLike<number>, m: number, n: number): Float64Array =>
  Float64Array.from({ length: m * n }, (_, at) => A[(at % m) * n + Math.floor(at / m)]);

const SIZES: readonly Size[] = [
  { V: 1, E: 1, H: 1, T: 3, B: 1 },
  { V: 5, E: 3, H: 4, T: 6, B: 3 },
  { V: 17, E: 5, H: 5, T: 20, B: 9 },
  { V: 40, E: 8, H: 17, T: 7, B: 17 },
];

const specOf = (cell: string, { V, E, H }: Size, more: object = {}) =>
  parseSpec({
    kind: "recurrent",
    cell,
    hidden: H,
    inputs: V,
    outputs: 3,
    embedding: { size: E },
    ...more,
  }) as RecurrentSpec;

describe("an embedding: loss, profile and every gradient in float64", () => {
  for (const cell of ["tanh", "lstm", "gru"]) {
    for (const bidirectional of [false, true]) {
      it.each(SIZES)(`${cell}${bidirectional ? ", both directions" : ""}, %o`, (size) => {
        const { V, E, H } = size;
        const spec = specOf(cell, size, { bidirectional });
        const network = createNetwork(spec, { seed: 4 });
        const batch = drawn(size, 3, 11);
        const flow = network.propagate(batch);
        const own = (name: string) => Float64Array.from(network.parameters.get(name));
        const table = own("embedding.weight");
        const suffixes = bidirectional ? ["l0", "l0_reverse"] : ["l0"];
        const rows = network.parameters.shape("rnn.weight_ih_l0")[0];
        const parameters: Parameters = Object.fromEntries(
          network.parameters.names.flatMap((name) => {
            if (name === "embedding.weight") return [];
            const shape = [...network.parameters.shape(name)];
            if (!name.startsWith("rnn.weight_ih")) return [[name, tensor(shape, own(name))]];
            return [[name, tensor([rows, V], product(own(name), transposed(table, V, E), rows, E, V))]];
          }),
        );
        const { embedding: _, ...plain } = spec;
        const oracle = runRecurrent({ ...plain, hidden: H }, parameters, { ...batch, inputs: oneHot(batch) } as never);
        expect(Math.abs((flow.loss as number) / oracle.loss - 1)).toBeLessThan(1e-5);
        expect(flow.lnGradientNorm).toBeCloseToArray(oracle.lnGradientNorm, 1e-5);
        let ofTable = new Float64Array(V * E);
        for (const suffix of suffixes) {
          const G = oracle.gradients[`rnn.weight_ih_${suffix}`].data;
          const weight = own(`rnn.weight_ih_${suffix}`);
          expect(
            normError(network.gradients.get(`rnn.weight_ih_${suffix}`), product(G, table, rows, V, E)),
          ).toBeLessThan(1e-5);
          const share = product(transposed(G, rows, V), weight, V, rows, E);
          ofTable = ofTable.map((value, at) => value + share[at]);
        }
        expect(normError(network.gradients.get("embedding.weight"), ofTable)).toBeLessThan(1e-5);
        network.dispose();
      });
    }
  }
});

describe("tokens", () => {
  const size = { V: 11, E: 4, H: 5, T: 9, B: 10 };
  const gradients = (network: ReturnType<typeof createNetwork>) =>
    network.parameters.names.map((name) => [name, network.gradients.get(name)]);

  it("one-hot inputs say the same, to the bit", () => {
    const network = createNetwork(specOf("lstm", size), { seed: 1 });
    const { tokens, ...batch } = drawn(size, 3, 5);
    const of = network.propagate({ ...batch, tokens: tokens as Int32Array });
    const first = gradients(network);
    const again = network.propagate({ ...batch, inputs: oneHot({ ...batch, tokens: tokens as Int32Array }) });
    expect([again.loss, again.lnGradientNorm]).toEqual([of.loss, of.lnGradientNorm]);
    expect(gradients(network)).toEqual(first);
    network.dispose();
  });

  it("the padding token's vector starts at zero and gets no gradient; tokens that do not occur get none either", () => {
    const network = createNetwork(specOf("gru", size, { embedding: { size: 4, padding: 2 } }), { seed: 1 });
    const batch = drawn(size, 3, 5);
    const tokens = (batch.tokens as Int32Array).map((token) => (token === 7 ? 2 : token));
    network.propagate({ ...batch, tokens });
    const gradient = network.gradients.get("embedding.weight");
    const row = (values: ArrayLike<number>, token: number) => Array.from(values).slice(token * 4, token * 4 + 4);
    for (const token of [2, 7]) expect(row(gradient, token)).toEqual([0, 0, 0, 0]);
    expect(row(network.parameters.get("embedding.weight"), 2)).toEqual([0, 0, 0, 0]);
    for (const token of new Set(tokens)) {
      if (token !== 2) expect(Math.hypot(...row(gradient, token))).toBeGreaterThan(0);
    }
    network.dispose();
  });

  it("the same bits with two workers", async () => {
    for (const bidirectional of [false, true]) {
      const network = createNetwork(specOf("lstm", { ...size, B: 19 }, { bidirectional }), { seed: 1 });
      const batch = drawn({ ...size, B: 19 }, 3, 5);
      const alone = network.propagate(batch);
      const first = gradients(network);
      const together = await network.propagateAsync(batch, { threads: 2 });
      expect([together.loss, together.lnGradientNorm]).toEqual([alone.loss, alone.lnGradientNorm]);
      expect(gradients(network)).toEqual(first);
      network.dispose();
    }
  });

  it("the same bits with checkpoints", () => {
    const long = { ...size, T: 300 };
    const batch = drawn(long, 3, 5);
    const [whole, parts] = [undefined, 2_600_000].map((memoryLimit) => {
      const network = createNetwork(specOf("lstm", long), { seed: 1, memoryLimit });
      network.propagate(batch, { contributions: false });
      const found = gradients(network);
      network.dispose();
      return found;
    });
    expect(parts).toEqual(whole);
  });

  it("of a padded batch the gradient is that of its samples alone, whatever the padding holds", () => {
    const lengths = Int32Array.from({ length: 10 }, (_, b) => 1 + ((b * 4) % 9));
    const batch = drawn(size, 3, 5);
    const network = createNetwork(specOf("lstm", size), { seed: 1 });
    network.propagate({ ...batch, lengths });
    const padded = gradients(network);
    const filled = (batch.tokens as Int32Array).map((token, at) =>
      Math.floor(at / 10) < lengths[at % 10] ? token : 3,
    );
    network.propagate({ ...batch, tokens: filled, lengths });
    expect(gradients(network)).toEqual(padded);
    const steps = lengths.reduce((sum, length) => sum + length, 0);
    const sums = new Map(padded.map(([name, values]) => [name, new Float64Array((values as Float32Array).length)]));
    lengths.forEach((length, b) => {
      const column = (values: Int32Array) => Int32Array.from({ length }, (_, t) => values[t * 10 + b]);
      const [tokens, targets] = [column(batch.tokens as Int32Array), column(batch.targets as Int32Array)];
      network.propagate({ ...batch, batch: 1, steps: length, tokens, targets });
      for (const [name, sum] of sums) {
        network.gradients.get(name as string).forEach((value, i) => {
          sum[i] += (value * length) / steps;
        });
      }
    });
    for (const [name, values] of padded) {
      expect(normError(values as Float32Array, sums.get(name) as Float64Array), name as string).toBeLessThan(1e-5);
    }
    network.dispose();
  });

  it("a token out of range, a row that is not one-hot, tokens without an embedding: refused", () => {
    const network = createNetwork(specOf("tanh", size), { seed: 1 });
    const batch = drawn(size, 3, 5);
    const tokens = Int32Array.from(batch.tokens as Int32Array).fill(11, 13, 14);
    expect(() => network.propagate({ ...batch, tokens })).toThrow("batch.tokens[1, 3]: a token from 0 to 10, got 11");
    const { tokens: _, ...dense } = batch;
    const inputs = new Float32Array(9 * 10 * 11).fill(0.5);
    expect(() => network.propagate({ ...dense, inputs })).toThrow("one-hot rows or tokens");
    const { embedding: __, ...plain } = specOf("tanh", size);
    const other = createNetwork(parseSpec(plain), { seed: 1 });
    expect(() => other.propagate(batch)).toThrow("network.embedding: one for a batch of tokens");
    network.dispose();
    other.dispose();
  });
});

describe("a table too large for columns of ∂L/∂a: each step multiplies, and columns hold ∂L/∂x", () => {
  for (const cell of ["lstm", "gru"]) {
    for (const bidirectional of [false, true]) {
      it(`${cell}${bidirectional ? ", both directions" : ""}: the gradients of a small table with the same rows`, async () => {
        const [V, few, E, H] = [3000, 12, 5, 14];
        const small = drawn({ V: few, E, H, T: 40, B: 19 }, 3, 5);
        const far = (token: number) => 7 + token * 211;
        const large: Batch = { ...small, inputSize: V, tokens: (small.tokens as Int32Array).map(far) };
        const of = (tokens: number) =>
          createNetwork(specOf(cell, { V: tokens, E, H, T: 40, B: 19 }, { bidirectional }), { seed: 4 });
        const [one, other] = [of(few), of(V)];
        for (const name of one.parameters.names) {
          if (name !== "embedding.weight") one.parameters.set(name, other.parameters.get(name));
        }
        const table = other.parameters.get("embedding.weight");
        const rows = Array.from({ length: few }, (_, token) => [
          ...table.subarray(far(token) * E, (far(token) + 1) * E),
        ]);
        one.parameters.set("embedding.weight", Float32Array.from(rows.flat()));
        one.propagate(small);
        const flow = other.propagate(large);
        const gradient = other.gradients.get("embedding.weight");
        const expected = one.gradients.get("embedding.weight");
        rows.forEach((_, token) => {
          const own = gradient.subarray(far(token) * E, (far(token) + 1) * E);
          expect(normError(own, expected.subarray(token * E, (token + 1) * E)), `token ${token}`).toBeLessThan(1e-5);
        });
        expect(gradient.filter((value) => value !== 0).length).toBeLessThanOrEqual(few * E);
        expect(await other.propagateAsync(large, { threads: 2 })).toEqual(flow);
        expect(other.gradients.get("embedding.weight")).toEqual(gradient);
        one.dispose();
        other.dispose();
      });
    }
  }
});
