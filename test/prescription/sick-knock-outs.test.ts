/** Knock-outs of networks whose rectifiers are off because of their weights: those that leave them sick confirm nothing. */
import { expect, it } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import { prescribe } from "../../src/prescription/index.ts";
import { change, relu } from "../diagnosis/planted.ts";

const ONE_LAYER = [7];
const EVERY_LAYER = Array.from({ length: 11 }, (_, i) => i + 1);

/** A matrix of rank one that turns off the units behind it. */
function rankOne(weights: ArrayLike<number>): (old: number, i: number) => number {
  const row = Array.from(weights).slice(0, 64);
  const sign = row.reduce((sum, value) => sum + value, 0) < 0 ? 1 : -1;
  return (_, i) => sign * row[i % 64] * (0.5 + Math.floor(i / 64) / 64);
}
const less = (amount: number) => () => (weight: number) => weight - amount;

async function treated(layers: readonly number[], fault: typeof rankOne) {
  const network = createNetwork(relu(12), { seed: 1, inputs: 64, outputs: 10 });
  for (const layer of layers) {
    const name = `layers.${layer}.weight`;
    change(network, name, fault(network.parameters.get(name)));
  }
  const { patient, knockOuts } = await prescribe({ network, task: "gaussian", batch: 16, seeds: 2, fast: true }).result;
  network.dispose();
  return { ...patient!, accused: knockOuts.filter(({ isAccused }) => isAccused) };
}

it.each([
  ["weights of rank one", "one layer", ONE_LAYER, rankOne, "layers.7.weight"],
  ["weights − 0.3", "one layer", ONE_LAYER, less(0.3), "layers.7.weight"],
  ["weights of rank one", "every layer", EVERY_LAYER, rankOne, "layers.2.weight"],
  ["weights − 0.3", "every layer", EVERY_LAYER, less(0.3), "layers.1.weight"],
] as const)(
  "%s in %s: the weights are named, and only sound weights confirm it",
  async (_, __, layers, fault, tensor) => {
    const { diagnosis, accused } = await treated(layers, fault);
    expect(diagnosis).toMatchObject({ verdict: "dead", causes: [{ factor: "weights", tensor, share: 1 }] });
    expect(accused.map(({ name, confirmed }) => [name, confirmed])).toEqual([["weights", true]]);
    expect(accused[0].after.verdicts).toEqual(["healthy", "healthy"]);
  },
);

it("weights − 0.07 in every layer: without φ′ the path explodes, so that confirms nothing", async () => {
  const { accused } = await treated(EVERY_LAYER, less(0.07));
  expect(accused).toMatchObject([{ name: "derivative", confirmed: false }]);
  expect(accused[0].after.verdicts).toEqual(["exploding", "exploding"]);
});
