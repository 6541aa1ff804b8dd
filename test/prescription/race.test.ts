import { describe, expect, it } from "vitest";
import { runJobs } from "../../src/parallel/runner.ts";
import { type Prescription, type PrescriptionEvent, prescribe } from "../../src/index.ts";
import { AS_IT_IS, type PrescribeOptions } from "../../src/prescription/index.ts";
import { racePool } from "../../src/prescription/node/pool.ts";
import { inThread, type RaceRunner } from "../../src/prescription/race/runners.ts";
import { planRungs, SEEDS, updatesOf } from "../../src/prescription/race/schedule.ts";
import { heldOutSamples, type RaceRun, RaceTrack } from "../../src/prescription/race/training.ts";
import { finish } from "../../src/base/time-slicing.ts";
import { createNetwork } from "../../src/network/create.ts";
import { sizesFrom } from "../../src/network/fitting.ts";
import { createTrainer } from "../../src/training/index.ts";
import { lossOf } from "../../src/training/short-training.ts";
import { parseSpec } from "../../src/spec/index.ts";
import { addRung, byLoss, entriesOf, type Racer, trainAlike } from "../../src/prescription/race/standings.ts";

const SIGMOID = { kind: "feedforward", activation: "sigmoid", depth: 12, width: 16 } as const;
const remedies = ["skipinit", "relu", "orthogonal", "layer_norm"];
const OPTIONS: PrescribeOptions = {
  network: SIGMOID,
  task: "teacher",
  batch: 16,
  seeds: 2,
  remedies,
  race: { updates: 90 },
};

const entry = ({ race }: Prescription, name: string) => race!.entries.find((one) => one.name === name)!;

describe("remedies of a deep sigmoid network, raced", async () => {
  const found = await prescribe(OPTIONS).result;
  const race = found.race!;

  it("train three times as long each time, fewer each time, and at full length on three seeds", () => {
    expect(race.rungs.map(({ updates }) => updates)).toEqual([10, 30, 90, 90, 90]);
    expect(race.rungs.map(({ seeds }) => seeds)).toEqual([1, 1, 1, 1, 1]);
    const arms = race.rungs.map(({ arms }) => arms);
    expect([...arms].sort((a, b) => b - a)).toEqual(arms);
    expect(race.updates).toBe(race.rungs.reduce((sum, { arms, seeds, updates }) => sum + arms * seeds * updates, 0));
  });

  it("are ranked by the loss they reach: a path that is healthy and one that learns are not the same", () => {
    expect(race.conclusive).toBe(true);
    expect(race.entries[0].name).toBe("skipinit");
    expect(found.prescribed).toBe("skipinit");
    expect(race.entries[0].loss!.mean).toBeLessThan(0.3 * race.trivial!);
    expect(entry(found, "orthogonal").loss!.mean).toBeGreaterThan(0.9 * race.trivial!); // its gradient vanishes as the network's does
    const last = race.entries.filter(({ rung }) => rung === 5).map(({ loss }) => loss!.mean);
    expect([...last].sort((a, b) => a - b)).toEqual(last);
    const names = race.entries.map(({ name }) => name).filter((name) => name !== AS_IT_IS);
    expect(found.treatments.map(({ name }) => name)).toEqual(names);
    expect(found.treatments.map(({ rank }) => rank)).toEqual(names.map((_, i) => i + 1));
  });

  it("stand beside the network as it is, at the best of its own rates, and the first is never worse", () => {
    const own = entry(found, AS_IT_IS);
    expect(own.rung).toBe(5);
    expect(own.losses).toHaveLength(3);
    expect(own.rates).toHaveLength(race.grid.length);
    expect(race.grid).toContain(own.learningRate);
    expect(race.entries[0].loss!.mean).toBeLessThanOrEqual(own.loss!.mean);
    expect(race.entries[0].gained!.low).toBeGreaterThan(0);
  });

  it("say so in the advice, and give the curves of the last ones", () => {
    expect(found.advice).toMatch(/residual skipinit\): with adam it reaches a loss of 0\.\d+ at rate 0\.\d+/);
    const { curve } = race.entries[0];
    expect(curve!.updates.at(-1)).toBe(90);
    expect(curve!.losses.at(-1)).toBeLessThan(curve!.losses[0]);
  });

  it("give the same numbers again", async () => {
    const many = { ...OPTIONS, remedies: ["skipinit", "relu"], race: { updates: 27 } };
    const one = await prescribe(many).result;
    expect(await prescribe(many).result).toEqual(one);
    expect(structuredClone(one)).toEqual(one);
  });
});

describe("worker threads", () => {
  const spec = parseSpec(SIGMOID);
  const fixed = { fixedWeights: undefined, bare: false, memoryLimit: undefined };
  const setup = {
    network: spec,
    task: "teacher",
    batch: 16,
    optimizer: "adam",
    schedule: "cosine",
    oneBatch: false,
    ...fixed,
  } as const;
  const jobs = [0, 1, 2].map((seed) => ({ spec, steps: null, learningRate: 0.01, seed, updates: 5 }));
  const ran = async (runner: RaceRunner) => {
    const runs: unknown[] = [];
    try {
      for await (const { index, outcome } of runJobs(jobs, runner)) runs[index] = outcome;
    } finally {
      await runner.close();
    }
    return runs;
  };

  it("change no bit, nor does the loss of one, which is told", async () => {
    const one = await ran(inThread(setup, undefined));
    expect(one).toEqual(jobs.map(() => ({ result: expect.objectContaining({ loss: expect.any(Number) }) })));
    const lost: string[] = [];
    const options = { threads: 2, onLost: (reason: string) => lost.push(reason) };
    expect(await ran(racePool(setup, options))).toEqual(one);
    expect(lost).toEqual([]);
    const worker = new URL("./deadly-worker.ts", import.meta.url);
    expect(await ran(racePool(setup, { ...options, worker }))).toEqual(one);
    expect(lost).toHaveLength(jobs.length);
  }, 60_000);

  it("hand on the error of a training", async () => {
    const worker = new URL("./throwing-worker.ts", import.meta.url);
    const runner = racePool(setup, { threads: 1, worker, onLost: () => expect.unreachable() });
    expect(await ran(runner)).toEqual(jobs.map(() => ({ error: new Error("a fault of the training") })));
  }, 60_000);
});

it("in a training of a race, the learning rate falls to 0 along half a cosine", () => {
  const spec = parseSpec(SIGMOID);
  const fixed = { fixedWeights: undefined, bare: false, memoryLimit: undefined };
  const common = { network: spec, task: "teacher", batch: 16, optimizer: "adam", oneBatch: false, ...fixed } as const;
  const job = { spec, steps: null, learningRate: 0.01, seed: 0, updates: 20 };
  const trained = (schedule: "cosine" | "constant") => {
    const track = new RaceTrack({ ...common, schedule });
    return { data: finish(track.data(0)), run: finish(track.run(job)) };
  };
  const { data, run } = trained("cosine");
  const network = createNetwork(spec, { seed: 0, ...sizesFrom(data.next(1)) });
  const own = createTrainer(network, {
    optimizer: { name: "adam", learningRate: 0.01 },
    schedule: { name: "cosine", steps: 20 },
  });
  for (let update = 1; update <= 20; update++) own.step(data.next(update));
  expect(own.learningRate).toBe(0);
  own.dispose();
  expect(run).toMatchObject({ loss: lossOf(network, data.validation(1)[0]) });
  expect(trained("constant").run).not.toEqual(run);
  network.dispose();
});

describe("the held-out samples", () => {
  const spec = parseSpec(SIGMOID);
  const fixed = { oneBatch: false, fixedWeights: undefined, bare: false, memoryLimit: undefined };
  const setup = { network: spec, task: "teacher", batch: 16, optimizer: "adam", schedule: "cosine", ...fixed } as const;

  it("are more for a longer training, from 256 to 2048", () => {
    expect([1, 9, 10, 119, 120, 479, 480, 2500].map(heldOutSamples)).toEqual([64, 64, 256, 256, 512, 1792, 2048, 2048]);
  });

  it("are drawn in parts, each from its own seed, the same every time", () => {
    const drawn = () => finish(new RaceTrack(setup).data(7));
    const [data, again] = [drawn(), drawn()];
    const parts = data.validation(1024);
    expect(parts.map(({ batch }) => batch)).toEqual([256, 256, 256, 256]);
    expect(new Set(parts.map(({ inputs }) => inputs[0])).size).toBe(4);
    expect(data.validation(256)).toEqual(parts.slice(0, 1));
    expect(again.validation(1024)).toEqual(parts);
  });

  it("count alike: the loss of a training is the mean over all of its parts", () => {
    const lossWith = (heldOut: number) => {
      const track = new RaceTrack({ ...setup, heldOut });
      const run = finish(track.run({ spec, steps: null, learningRate: 0.01, seed: 0, updates: 5 }));
      return "loss" in run ? (run.loss as number) : Number.NaN;
    };
    const track = new RaceTrack(setup);
    const network = createNetwork(spec, { seed: 0, ...sizesFrom(finish(track.data(0)).next(1)) });
    const trainer = createTrainer(network, {
      optimizer: { name: "adam", learningRate: 0.01 },
      schedule: { name: "cosine", steps: 5 },
    });
    for (let update = 1; update <= 5; update++) trainer.step(finish(track.data(0)).next(update));
    trainer.dispose();
    const losses = finish(track.data(0))
      .validation(512)
      .map((part) => lossOf(network, part));
    network.dispose();
    expect(lossWith(256)).toBe(losses[0]);
    expect(lossWith(512)).toBeCloseTo((losses[0] + losses[1]) / 2, 12);
    expect(losses[0]).not.toBe(losses[1]);
  });
});

it("a network that learns as well as any of its remedies is left as it is", async () => {
  // tanh at a gain that is a little too small: the gradient shrinks by more than a thousandfold, and Adam learns anyway
  const network = { kind: "feedforward", activation: "tanh", depth: 12, width: 16, init: { gain: 0.5 } } as const;
  const found = await prescribe({ ...OPTIONS, network, remedies: ["orthogonal"], race: { updates: 90 } }).result;
  const own = entry(found, AS_IT_IS);
  expect(found.race!.entries[0].loss!.mean).toBeLessThanOrEqual(own.loss!.mean);
  if (found.race!.entries[0] === own) {
    expect(found.prescribed).toBeNull();
    expect(found.spec).toEqual(found.network);
    expect(found.advice).toContain("Leave the network as it is");
  } else expect(found.prescribed).toBe("orthogonal");
});

it("where nobody learns, the path ranks, and the race says so", async () => {
  const network = { kind: "recurrent", hidden: 8, init: { gain: 0.5 } } as const;
  const task = { name: "copy", steps: 30 };
  const options = { network, task, batch: 4, seeds: 2, remedies: ["orthogonal", "irnn"] };
  const found = await prescribe({ ...options, race: { updates: 9 } }).result;
  expect(found.race!.conclusive).toBe(false);
  const fast = await prescribe({ ...options, fast: true }).result;
  expect(fast.race).toBeNull();
  expect(found.treatments).toEqual(fast.treatments);
  expect(found.race!.summary).toContain("the remedies are ranked by the path");
});

it("labels that carry nothing are learned by heart", async () => {
  const found = await prescribe({ ...OPTIONS, task: "gaussian", remedies: ["relu"], race: { updates: 9 } }).result;
  expect(found.race).toMatchObject({ oneBatch: true, validation: 0 });
});

it("a network whose last steps alone are kept trains on those", async () => {
  const network = { kind: "recurrent", hidden: 8, init: { gain: 0.5 } } as const;
  const task = { name: "adding", steps: 40 };
  const options = { network, task, batch: 8, seeds: 2, remedies: ["fewer_steps"], race: { updates: 9 } };
  const found = await prescribe(options).result;
  expect(entry(found, "fewer_steps").steps).toBeGreaterThan(1);
  expect(entry(found, "fewer_steps").steps).toBeLessThan(40);
  expect(entry(found, AS_IT_IS).steps).toBeNull();
});

it("own data are split: what a loss is measured on was not trained on", async () => {
  const data = Float32Array.from({ length: 600 }, (_, i) => Math.sin(i * i));
  const inputs = { shape: [200, 3], data };
  const targets = {
    shape: [200, 1],
    data: Float32Array.from({ length: 200 }, (_, i) => data[3 * i] * data[3 * i + 1]),
  };
  const found = await prescribe({
    ...OPTIONS,
    network: { ...SIGMOID, outputs: 1 },
    task: { name: "arrays", inputs, targets },
    race: { updates: 18 },
  }).result;
  expect(found.race).toMatchObject({ oneBatch: false, validation: 20 });
});

it("stopped in the middle, keeps what was raced", async () => {
  const stop = new AbortController();
  const run = prescribe({ ...OPTIONS, signal: stop.signal });
  const seen: PrescriptionEvent[] = [];
  for await (const event of run) {
    seen.push(event);
    if (event.phase === "race" && event.name === "skipinit") stop.abort();
  }
  const found = await run.result;
  expect(found.outcome).toBe("stopped");
  expect(entry(found, AS_IT_IS).rates.length).toBeGreaterThan(0);
  expect(entry(found, "skipinit").rates).toHaveLength(1);
  expect(found.race!.rungs).toHaveLength(1);
});

describe("the length of a race", () => {
  it("depends on the operations alone: small networks get the whole field, large ones a smaller field", () => {
    const field = (cost: number) => planRungs(Array(26).fill(cost), 5, undefined);
    expect(field(1e6)[0]).toMatchObject({ remedies: 25, rates: 5 });
    expect(field(1e6).at(-1)).toMatchObject({ updates: 2500, rates: 1 });
    expect(field(1e6).filter(({ updates }) => updates === 2500)).toHaveLength(SEEDS);
    expect(field(1e9)[0].remedies).toBeLessThan(25);
    expect(field(1e9).at(-1)!.updates).toBeGreaterThanOrEqual(60);
    expect(field(1e12).at(-1)!.updates).toBe(6);
  });

  it("is what the caller says where he says it", () => {
    const rounds = (updates: number) => planRungs(Array(11).fill(1e12), 5, updates).map((plan) => plan.updates);
    expect(rounds(90)).toEqual([10, 30, 90, 90, 90]);
    expect(rounds(900)).toEqual([33, 100, 300, 900, 900, 900]);
  });

  it("leaves out a length where the first round would have fewer than ten updates", () => {
    const lengths = (updates: number) =>
      new Set(planRungs(Array(24).fill(1e6), 5, updates).map((plan) => plan.updates)).size;
    expect(lengths(269)).toBe(3);
    expect(lengths(270)).toBe(4);
  });

  it("gives most updates to the last rounds, each round another seed, two rates until one full length, more as it is", () => {
    const plans = planRungs(Array(24).fill(1e6), 5, 270);
    expect(plans.map((plan) => [plan.updates, plan.seed, plan.remedies, plan.rates, plan.ownRates])).toEqual([
      [10, 0, 23, 5, 5],
      [30, 1, 16, 3, 5],
      [90, 2, 6, 2, 3],
      [270, 0, 3, 2, 2],
      [270, 1, 3, 1, 1],
      [270, 2, 2, 1, 1],
    ]);
    expect(updatesOf(plans.slice(3)) / updatesOf(plans)).toBeGreaterThan(0.45);
  });

  it("never exceeds the budget, and a longer race has no smaller field", () => {
    const COST = 2e6;
    for (const remedies of [3, 9, 24]) {
      for (const factor of [1, 30, 300]) {
        const plans = planRungs(Array(remedies + 1).fill(COST * factor), 5, undefined);
        expect(updatesOf(plans) * COST * factor).toBeLessThan(1.25e12);
        const sizes = plans.map((plan) => plan.remedies);
        expect([...sizes].sort((a, b) => b - a)).toEqual(sizes);
      }
    }
  });
});

describe("the standings", () => {
  const plan = (updates: number) => ({ updates, seed: 0, remedies: 2, rates: 2, ownRates: 2 });
  /** A racer with the losses of its rounds: for each rate one a seed. */
  const racer = (name: string, ...rungs: Record<number, (number | null)[]>[]): Racer => ({
    ...{ name, rates: [], steps: null, flops: 1 },
    rungs: rungs.map((rung, i) => ({
      plan: plan(10 * 3 ** i),
      runs: new Map(
        Object.entries(rung).map(([rate, losses]) => [Number(rate), losses.map((loss) => ({ loss, curve: [] }))]),
      ),
    })),
  });

  it("go by the last rung, then by the mean loss at the best rate; a seed that diverged is worse than any loss", () => {
    const all = [
      racer("early", { 0.1: [0.01, 0.01] }),
      racer("diverged", { 0.1: [1, 1] }, { 0.1: [0.1, null] }),
      racer("second", { 0.1: [1, 1] }, { 0.1: [0.5, 0.7], 0.01: [0.9, 0.9] }),
      racer("first", { 0.1: [1, 1] }, { 0.1: [0.9, 0.9], 0.01: [0.4, 0.6] }),
    ];
    expect(byLoss(all).map(({ name }) => name)).toEqual(["first", "second", "diverged", "early"]);
    const [first, , diverged, early] = entriesOf(all, all[2]);
    expect(first).toMatchObject({ rank: 1, learningRate: 0.01, losses: [0.4, 0.6] });
    expect(first.gained!.mean).toBeCloseTo(0.1, 12);
    expect(diverged).toMatchObject({ loss: null, learningRate: null, curve: null });
    expect(early.gained).toBeNull(); // it was trained for fewer updates than the unchanged network
  });

  it("count losses within 2 % of the trivial one as equal: those keep their order, behind those that have left it", () => {
    const losses = { plateau: 1.015, above: 1.03, lower: 0.99, learning: 0.97, diverged: null };
    const all = Object.entries(losses).map(([name, loss]) => racer(name, { 0.1: [loss] }));
    const names = (trivial?: number) => byLoss(all, trivial).map(({ name }) => name);
    expect(names(1)).toEqual(["learning", "plateau", "lower", "above", "diverged"]);
    expect(names()).toEqual(["learning", "lower", "plateau", "above", "diverged"]);
  });

  it("know two remedies for the same network by equal losses at every rate", () => {
    const shared = plan(10);
    const trained = (losses: Record<number, number | null>) => {
      const one = racer("one");
      const runs = Object.entries(losses).map(([rate, loss]): [number, RaceRun] => [Number(rate), { loss, curve: [] }]);
      addRung(one, shared, new Map(runs));
      return one;
    };
    const one = trained({ 0.1: 0.3, 0.01: 0.7, 1: null });
    expect(trainAlike(one, trained({ 0.1: 0.3, 0.01: 0.7, 1: null }))).toBe(true);
    expect(trainAlike(one, trained({ 0.1: 0.3, 0.01: 0.7000001, 1: null }))).toBe(false);
    expect(trainAlike(one, trained({ 0.1: 0.3, 0.01: 0.7 }))).toBe(false);
    const diverged = () => trained({ 0.1: null, 0.01: null });
    expect(trainAlike(diverged(), diverged())).toBe(false); // it is not known what they would have reached
  });

  it("count the seeds of all rounds that are as long as the last one", () => {
    const one = racer("one");
    const run = (loss: number) => ({ loss, curve: [] });
    addRung(one, plan(30), new Map([[0.1, run(9)]]));
    addRung(one, plan(90), new Map([...[0.1, 0.01].map((rate): [number, RaceRun] => [rate, run(rate)])]));
    addRung(one, { ...plan(90), seed: 1 }, new Map([[0.01, run(3)]]));
    const [{ losses, rung, rates }] = entriesOf([one], one);
    expect(losses).toEqual([0.01, 3]);
    expect(rung).toBe(3);
    expect(rates.map(({ loss }) => loss)).toEqual([1.505, 0.1]);
  });

  it.each([
    ["lower by a tenth, and on every seed", [0.8, 1.7], true],
    ["lower by less than a tenth", [0.95, 1.9], false],
    ["lower by a fifth, but not on every seed", [1.1, 1.3], false],
    ["lower by half, though not on every seed", [1.1, 0.3], true],
    ["not known on a seed", [0.1, null], false],
  ])("a remedy whose loss is %s comes before the network as it is or after it", (_, losses, before) => {
    const own = racer("own", { 0.1: [1, 2] });
    const remedy = racer("remedy", { 0.1: losses });
    expect(entriesOf([own, remedy], own).map(({ name }) => name)).toEqual(
      before ? ["remedy", "own"] : ["own", "remedy"],
    );
  });

  it("put a remedy that is clearly better first, even where another one has a lower mean loss", () => {
    const own = racer("own", { 0.1: [1, 1, 1] });
    const mixed = racer("mixed", { 0.1: [0.2, 0.6, 1.1] });
    const steady = racer("steady", { 0.1: [0.7, 0.7, 0.7] });
    expect(entriesOf([own, mixed, steady], own).map(({ name }) => name)).toEqual(["steady", "own", "mixed"]);
  });
});

describe("a caller's mistake", () => {
  it.each([
    [{ race: { optimizer: "adamw" } }, /^race.optimizer: one of adam, sgd/],
    [{ race: { updates: 3 } }, /^race.updates: a whole number ≥ 9/],
    [{ race: { update: 100 } }, /race.update: .*did you mean updates\?/],
    [{ race: { updates: 100 }, fast: true }, /^race: without fast/],
    [{ race: { updates: 100 }, verify: true }, /^race: without verify/],
    [{ threads: 0 }, /^threads: a whole number from 1/],
    [{ fast: 1 }, /^fast: true or false/],
  ])("%j is refused at once", (options, message) => {
    expect(() => prescribe({ network: SIGMOID, ...options } as unknown as PrescribeOptions)).toThrow(message);
  });
});
