/** PyTorch's own numbers through the command line: weights, inputs and targets as files, gradients read back. */
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { readSafetensors, writeNpy, writeSafetensors } from "../../src/formats/index.ts";
import { parseSpec } from "../../src/spec/index.ts";
import { CELL_LAYOUTS } from "../../src/wasm/cells.ts";
import { type RecurrentGolden, recurrentGoldens } from "../golden/read.ts";
import { evanesce, workspace } from "./command.ts";

const files = workspace();
afterAll(files.remove);

/** What the core does not run yet is no claim of these tests. */
function runs({ spec }: RecurrentGolden): boolean {
  try {
    return CELL_LAYOUTS[parseSpec(spec).kind === "recurrent" ? spec.cell : "tanh"] !== undefined;
  } catch {
    return false;
  }
}

const norm = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));

/** ln of the norm over all layers of ∂L/∂h_t, as the profile holds it. */
function profileOf({ stations, batch: { steps, batch }, spec: { hidden } }: RecurrentGolden): number[] {
  const size = batch * hidden;
  return Array.from({ length: steps }, (_, t) =>
    Math.log(norm(stations.flatMap(({ delta }) => Array.from(delta.data.slice(t * size, (t + 1) * size))))),
  );
}

const goldens = recurrentGoldens().filter(runs);

describe("PyTorch through the command line", () => {
  it("has goldens to compare with", () => expect(goldens.length).toBeGreaterThan(20));

  it.each(goldens.map((golden) => [golden.name, golden] as const))("%s", async (_, golden) => {
    const spec = files.json("spec.json", golden.spec);
    const float32 = (data: Float64Array) => Float32Array.from(data);
    const weights = files.write(
      "w.safetensors",
      writeSafetensors(
        Object.entries(golden.parameters).map(
          ([name, { shape, data }]) => [name, { shape, data: float32(data) }] as const,
        ),
      ),
    );
    const input = files.write("x.npy", writeNpy({ shape: golden.inputs.shape, data: float32(golden.inputs.data) }));
    const args = ["propagate", spec, "--weights", weights, "--input", input];
    if (golden.targets !== undefined) {
      const { shape, data } = golden.targets;
      const values = golden.batch.loss === "cross_entropy" ? Int32Array.from(data) : float32(data);
      args.push("--target", files.write("y.npy", writeNpy({ shape, data: values })));
    }
    const out = files.path("g.safetensors");
    const { code, stdout, stderr } = await evanesce([...args, "--gradients", out, "--json"]);
    expect(code, stderr).toBe(0);

    const flow = JSON.parse(stdout);
    expect(flow.loss).toBeCloseTo(golden.loss, 4);
    const { tensors } = readSafetensors(readFileSync(out), out);
    expect([...tensors.keys()].sort()).toEqual(Object.keys(golden.parameters).sort());
    for (const [name, { data }] of tensors) {
      const expected = golden.gradients[name]?.data ?? new Float64Array(data.length); // a bypassed readout has none
      const difference = norm(expected.map((value, i) => value - data[i]));
      expect(difference, name).toBeLessThanOrEqual(2e-4 * norm(expected));
    }
    profileOf(golden).forEach((ln, t) => {
      if (ln === Number.NEGATIVE_INFINITY) expect(flow.lnGradientNorm[t]).toBeNull();
      else expect(Math.abs(flow.lnGradientNorm[t] - ln), `step ${t}`).toBeLessThanOrEqual(1e-3);
    });
  });
});
