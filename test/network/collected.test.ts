/** Networks that nobody disposed of give their memory back when they are collected. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import { Engine } from "../../src/wasm/engine.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");
const inputs = { shape: [50, 8, 1], data: new Float32Array(400).fill(0.1) };
const spec = { kind: "recurrent", hidden: 32, inputs: 1 } as const;

it("a hundred times as many undisposed networks need no more memory", async () => {
  const engine = new Engine();
  const make = async (count: number) => {
    for (let i = 0; i < count; i++) createNetwork(spec, { engine }).propagate({ inputs });
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20)); // finalizers run in a later turn
  };
  await make(10);
  const held = engine.memoryBytes;
  for (let k = 0; k < 100; k++) await make(10);
  expect(engine.memoryBytes).toBeLessThanOrEqual(3 * held);
});

it("using one disposes of it at the end of its block", () => {
  const network = createNetwork(spec);
  network[Symbol.dispose]();
  expect(() => network.propagate({ inputs })).toThrow("a disposed one");
});
