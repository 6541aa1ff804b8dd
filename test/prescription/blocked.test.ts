/** A network whose path is sound and whose inputs or biases are not: no remedy of the path may count as the cure. */
import { expect, it } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import { prescribe } from "../../src/prescription/index.ts";
import { prescriptionToText } from "../../src/report/index.ts";
import { caseOf, change } from "../diagnosis/planted.ts";

it("inputs that are not scaled: the advice is to scale them, and remedies that leave them so are blocked", async () => {
  const prescription = await prescribe({
    network: { kind: "feedforward", depth: 5, width: 32, activation: "tanh" },
    task: { name: "csv_classes", bytes: caseOf("unscaled_heart.csv"), standardize: false } as never,
    seeds: 2,
    fast: true,
  }).result;
  expect(prescription.patient).toMatchObject({ verdict: "blocked" });
  expect(prescription.patient?.diagnosis.causes).toMatchObject([{ factor: "input-scale" }]);
  expect(prescription.advice).toMatch(/^Scale the inputs to mean 0 and variance 1 \(standardize\)\. Or /);
  const chosen = prescription.treatments.find(({ name }) => name === prescription.prescribed);
  expect(chosen?.verdicts).toEqual(["healthy", "healthy"]);
  const of = (name: string) => prescription.treatments.find((one) => one.name === name)?.verdict;
  expect(of("orthogonal")).toBe("blocked");
  const text = prescriptionToText(prescription);
  expect(text).toContain("On 2 of 2 seeds the path is sound");
  expect(text).not.toContain("explodes");
});

it("a bias that turns the first layer off: only what leaves nothing in the way is prescribed", async () => {
  const network = createNetwork(
    { kind: "feedforward", depth: 4, width: 16, activation: "relu", init: { weight: "he_normal", biasStd: 0.1 } },
    { seed: 1, inputs: 8, outputs: 1 },
  );
  change(network, "layers.0.bias", () => -1000);
  const task = { name: "teacher", inputs: 8, hidden: 4 } as const;
  const { patient, prescribed, treatments } = await prescribe({ network, task, batch: 8, seeds: 2, fast: true }).result;
  network.dispose();
  expect(patient?.verdict).toBe("blocked");
  if (prescribed !== null) {
    expect(treatments.find(({ name }) => name === prescribed)?.verdicts).toEqual(["healthy", "healthy"]);
  }
});
