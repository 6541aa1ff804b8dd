/** PyTorch's own numbers through the command line: weights, inputs and targets as files, gradients read back. */
import type { LossName } from "../../src/catalogue/index.ts";
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { readSafetensors, writeNpy, writeSafetensors } from "../../src/formats/index.ts";
import { type FeedforwardGolden, feedforwardGoldens, type RecurrentGolden, recurrentGoldens } from "../golden/read.ts";
import { evanesce, workspace } from "./command.ts";

const files = workspace();
afterAll(files.remove);

const norm = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));

/** ln of the norm over all layers of ∂L/∂h_t, as the profile holds it. */
function stepProfile({ stations, batch: { steps } }: RecurrentGolden): number[] {
  return Array.from({ length: steps }, (_, t) =>
    Math.log(norm(stations.flatMap(({ delta }) => Array.from(part(delta.data, t, steps))))),
  );
}

const part = (data: Float64Array, index: number, parts: number) =>
  data.subarray((index * data.length) / parts, ((index + 1) * data.length) / parts);

const layerProfile = ({ stations }: FeedforwardGolden) => stations.map(({ delta }) => Math.log(norm(delta.data)));

/**
 * The loss that the command line takes for these targets. Stochastic depth draws from the seed, not as PyTorch does.
 */
const speakable = ({ batch }: { batch: { loss: LossName; lossOptions?: unknown; kept?: unknown } }) =>
  ["mse", "cross_entropy", "none"].includes(batch.loss) && batch.lossOptions === undefined && batch.kept === undefined;

const goldens: readonly (readonly [string, RecurrentGolden | FeedforwardGolden, number[]])[] = [
  ...recurrentGoldens()
    .filter(speakable)
    .map((golden) => [golden.name, golden, stepProfile(golden)] as const),
  ...feedforwardGoldens()
    .filter(speakable)
    .map((golden) => [golden.name, golden, layerProfile(golden)] as const),
];

/** Whether a parameter is a bias that a batch norm subtracts again. */
const cancels = (name: string, { spec }: RecurrentGolden | FeedforwardGolden) =>
  spec.kind === "feedforward" && spec.norm === "batch" && name.endsWith(".bias");

describe("PyTorch through the command line", () => {
  it.each(goldens)("%s", async (_, golden, profile) => {
    const spec = files.json("spec.json", golden.spec);
    const weights = files.write(
      "w.safetensors",
      writeSafetensors(
        Object.entries(golden.parameters).map(
          ([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }] as const,
        ),
      ),
    );
    const inputs = { shape: golden.inputs.shape, data: Float32Array.from(golden.inputs.data) };
    const args = ["propagate", spec, "--weights", weights, "--input", files.write("x.npy", writeNpy(inputs))];
    if (golden.targets !== undefined) {
      const { shape, data } = golden.targets;
      const values = golden.batch.loss === "cross_entropy" ? Int32Array.from(data) : Float32Array.from(data);
      args.push("--target", files.write("y.npy", writeNpy({ shape, data: values })));
    }
    const out = files.path("g.safetensors");
    const { code, stdout, stderr } = await evanesce([...args, "--gradients", out, "--json"]);
    expect(code, stderr).toBe(0);

    const flow = JSON.parse(stdout);
    expect(Math.abs(flow.loss - golden.loss)).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(golden.loss)));
    const { tensors } = readSafetensors(readFileSync(out), out);
    expect([...tensors.keys()].sort()).toEqual(Object.keys(golden.parameters).sort());
    // The gradient of a bias before a batch norm is zero, but its sum cancels only up to rounding.
    const rounding = 1e-6 * Math.max(...Object.values(golden.gradients).map(({ data }) => norm(data)));
    for (const [name, { data }] of tensors) {
      const expected = golden.gradients[name]?.data ?? new Float64Array(data.length); // a bypassed readout has none
      const difference = norm(expected.map((value, i) => value - data[i]));
      expect(difference, name).toBeLessThanOrEqual(
        Math.max(2e-4 * norm(expected), cancels(name, golden) ? rounding : 0),
      );
    }
    profile.forEach((ln, s) => {
      if (ln === Number.NEGATIVE_INFINITY) expect(flow.lnGradientNorm[s]).toBeNull();
      else expect(Math.abs(flow.lnGradientNorm[s] - ln), `station ${s}`).toBeLessThanOrEqual(1e-3);
    });
  });
});
