/** Networks that nobody disposed of give their memory back when they are collected. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { EvanesceError } from "../../src/base/errors.ts";
import { createNetwork } from "../../src/network/create.ts";
import { createEngine } from "../../src/wasm/builds.ts";
import { Engine } from "../../src/wasm/engine.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");
const inputs = { shape: [50, 8, 1], data: new Float32Array(400).fill(0.1) };
const spec = { kind: "recurrent", hidden: 32, inputs: 1 } as const;

it("forty times as many undisposed networks need no more memory", async () => {
  const engine = new Engine();
  const make = async (count: number) => {
    for (let i = 0; i < count; i++) createNetwork(spec, { engine }).propagate({ inputs });
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20)); // finalizers run in a later turn
  };
  await make(25);
  const held = engine.memoryBytes;
  for (let k = 0; k < 40; k++) await make(25);
  expect(engine.memoryBytes).toBeLessThanOrEqual(3 * held);
});

it("using one disposes of it at the end of its block", () => {
  const network = createNetwork(spec);
  network[Symbol.dispose]();
  expect(() => network.propagate({ inputs })).toThrow("a disposed one");
});

it("using an engine disposes of it, of its memory and of the networks on it", async () => {
  const engine = await createEngine();
  const network = createNetwork(spec, { engine });
  network.propagate({ inputs });
  expect(engine.memoryBytes).toBeGreaterThan(0);
  engine[Symbol.dispose]();
  expect(engine.memoryBytes).toBe(0);
  expect(() => network.propagate({ inputs })).toThrow(EvanesceError);
  expect(() => createNetwork(spec, { engine }).propagate({ inputs })).toThrow(/^engine: /);
  engine[Symbol.dispose](); // twice does no harm
  network.dispose();
});
