import { describe, expect, it } from "vitest";
import { prescribe } from "../../src/index.ts";
import { runJobs } from "../../src/parallel/runner.ts";
import { verifyPool } from "../../src/prescription/node/pool.ts";
import { verifyInThread, type VerifyJob, type VerifyRunner } from "../../src/prescription/verify-training.ts";
import { parseSpec } from "../../src/spec/index.ts";
import { summarize } from "../../src/prescription/summary.ts";
import type { VerifiedLoss } from "../../src/prescription/index.ts";

const NETWORK = { kind: "feedforward", activation: "sigmoid", depth: 20, width: 32 } as const;
const OPTIONS = { network: NETWORK, seeds: 2, batch: 16, remedies: ["relu", "skipinit", "orthogonal"] } as const;

describe("training the network and its remedies", async () => {
  const found = await prescribe({ ...OPTIONS, task: "teacher", verify: { steps: 150 } }).result;
  const verification = found.verification!;

  it("gives every network the same updates and seeds, and a grid of its own", () => {
    expect(verification).toMatchObject({ steps: 150, seeds: [0, 1, 2], oneBatch: false });
    const all = [verification.patient, ...verification.remedies, ...verification.controls];
    for (const { losses, grid, learningRate } of all) {
      expect(losses).toHaveLength(3);
      if (learningRate !== null) expect(grid).toContain(learningRate);
    }
    expect(verification.controls.map(({ name }) => name)).toEqual(["adam", "rate_x10", "rate_/10"]);
  });

  it("sees the loss follow the gradient: the network stays at the trivial answer, the remedy does not", () => {
    expect(verification.patient.loss!.mean).toBeGreaterThan(0.9);
    const skipinit = verification.remedies.find(({ name }) => name === "skipinit")!;
    expect(skipinit.follows).toBe(true);
    expect(skipinit.loss!.mean).toBeLessThan(0.9);
    for (const { name, follows } of verification.controls) if (name !== "adam") expect(follows).toBe(false);
    expect(verification.summary).toContain("The loss follows");
    expect(found.advice).toContain("and the loss follows");
  });

  it("trains only what helps the path", () => {
    expect(verification.remedies.map(({ name }) => name)).not.toContain("orthogonal");
  });
});

describe("on worker threads", () => {
  const setup = {
    ...{ network: parseSpec(NETWORK), task: "teacher", batch: 16, oneBatch: false },
    ...{ fixedWeights: undefined, bare: false, memoryLimit: undefined },
  };
  const jobs = [1e-4, 0.1, 1e6].map(
    (learningRate): VerifyJob => ({
      ...{ spec: setup.network, optimizer: "sgd", learningRate, seed: 3, updates: 40 },
    }),
  );
  const ran = async (runner: VerifyRunner) => {
    const all: unknown[] = [];
    for await (const { index, outcome } of runJobs(jobs, runner)) all[index] = outcome;
    await runner.close();
    return all;
  };

  it("trainings give the same bits, also where a worker dies", async () => {
    const one = await ran(verifyInThread(setup, undefined));
    expect(one).toEqual([{ result: expect.any(Number) }, { result: expect.any(Number) }, { result: null }]);
    const lost: string[] = [];
    const options = { threads: 2, onLost: (reason: string) => void lost.push(reason) };
    expect(await ran(verifyPool(setup, options))).toEqual(one);
    expect(lost).toEqual([]);
    const worker = new URL("./deadly-worker.ts", import.meta.url);
    expect(await ran(verifyPool(setup, { ...options, worker }))).toEqual(one);
    expect(lost).toHaveLength(jobs.length);
  });

  it("the whole verification is the one of a single thread", async () => {
    const network = { kind: "recurrent", hidden: 32, init: { gain: 0.5 } } as const;
    const options = {
      ...{ network, task: { name: "adding", steps: 100 }, batch: 16, seeds: 2 },
      ...{ remedies: ["orthogonal", "lstm"], verify: { steps: 20 } },
    };
    const one = await prescribe(options).result;
    expect(await prescribe({ ...options, threads: 2 }).result).toEqual(one);
    expect(one.verification?.remedies.length).toBeGreaterThan(0);
  });
});

it("labels that carry nothing are learned by heart, and too few updates confirm nothing", async () => {
  const { verification } = await prescribe({ ...OPTIONS, remedies: ["relu"], verify: { steps: 1 } }).result;
  expect(verification).toMatchObject({ oneBatch: true, steps: 1 });
  expect(verification!.summary).toContain("nothing is confirmed");
});

describe("the summary", () => {
  const trained = (name: string, mean: number | null, follows = false): VerifiedLoss => ({
    ...{ name, optimizer: "sgd", learningRate: 0.1, grid: [0.1, 1], losses: [mean], gained: null, follows },
    loss: mean === null ? null : { mean, low: mean, high: mean, law: "t" },
  });
  const say = (patient: VerifiedLoss, remedies: VerifiedLoss[], controls: VerifiedLoss[] = []) =>
    summarize({ steps: 50, seeds: [0, 1, 2], oneBatch: false, patient, remedies, controls });

  it("says so where the loss does not follow", () => {
    expect(say(trained("patient", 0.4), [trained("relu", 0.6)])).toContain("The loss does not follow the gradient");
  });

  it("names those it follows and those it does not, a divergence and a control that helps", () => {
    const remedies = [trained("relu", 0.3, true), trained("residual", 4213), trained("selu", null)];
    const text = say(trained("patient", 1), remedies, [trained("adam", 0.5, true)]);
    expect(text).toMatch(/as it is stays at 1.00, relu reaches 0.30, but residual diverges, selu diverges/);
    expect(text).toContain("Without a change of the path, adam reaches 0.50");
  });
});
