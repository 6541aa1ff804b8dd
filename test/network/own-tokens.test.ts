/** The caller's own tokens: every form in which an array may come, and what is no token. */
import { describe, expect, test } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import type { OwnArray } from "../../src/network/own-arrays.ts";
import type { RecurrentInput } from "../../src/spec/index.ts";

const [T, B, V] = [5, 3, 4];
const SPEC: RecurrentInput = { kind: "recurrent", inputs: V, hidden: 3, outputs: 2, embedding: { size: 2 } };
const tokens = Array.from({ length: T * B }, (_, i) => (i * 3 + (i >> 2)) % V);
const classes = Int32Array.of(0, 1, 1);
const lengths = [5, 2, 4];

/** Loss and every gradient of a batch of these inputs. */
function run(inputs: OwnArray, more: object = {}) {
  const network = createNetwork(SPEC, { seed: 1 });
  const { loss } = network.propagate({ inputs, targets: classes, lengths, ...more });
  const gradients = network.gradients.names.map((name) => network.gradients.get(name));
  network.dispose();
  return { loss, gradients };
}

const oneHot = new Float32Array(T * B * V);
for (const [i, token] of tokens.entries()) oneHot[i * V + token] = 1;
const expected = run({ shape: [T, B, V], data: oneHot });

describe("tokens give what their one-hot rows give", () => {
  test.each<readonly [string, OwnArray, object | undefined]>([
    ["whole numbers [T, B]", { shape: [T, B], data: Int32Array.from(tokens) }, undefined],
    ["floats [T, B]", { shape: [T, B], data: Float32Array.from(tokens) }, undefined],
    ["[T, B, 1]", { shape: [T, B, 1], data: Int32Array.from(tokens) }, undefined],
    ["nested", Array.from({ length: T }, (_, t) => tokens.slice(t * B, (t + 1) * B)), undefined],
    ["flat, with batch", Int32Array.from(tokens), { batch: B }],
    ["flat one-hot rows, with batch", oneHot, { batch: B }],
  ])("%s", (_, inputs, more) => {
    expect(run(inputs, more ?? {})).toEqual(expected);
  });
});

test("what is no token is named with its place", () => {
  const wrong = (at: number, value: number) => Int32Array.from(tokens, (token, i) => (i === at ? value : token));
  expect(() => run({ shape: [T, B], data: wrong(7, V) })).toThrow(/^inputs\[2, 1\]: a token from 0 to 3, got 4; /);
  expect(() => run({ shape: [T, B], data: wrong(0, -1) })).toThrow(/^inputs\[0, 0\]: a token from 0 to 3, got -1; /);
  expect(() => run({ shape: [T, B], data: Float32Array.from(tokens, (token) => token + 0.5) })).toThrow(
    /^inputs\[0, 0\]: a token from 0 to 3, /,
  );
  expect(() => run(Int32Array.from(tokens), { batch: 4 })).toThrow(/^inputs: whole axes, /);
  expect(() => run({ shape: [T * B], data: Int32Array.from(tokens) })).toThrow(/^inputs: tokens \[T, B\], or one-hot/);
});
