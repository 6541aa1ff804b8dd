/** A dynamic loss scaler during a run, as PyTorch's GradScaler would scale it. */
import { describe, expect, it, test } from "vitest";
import {
  type LossScalerOptions,
  nextScale,
  parseLossScaler,
  startOfScaler,
  watchGradients,
} from "../../src/training/loss-scaler.ts";
import { createTrainer, train, type TrainOptions } from "../../src/training/index.ts";
import { createNetwork } from "../../src/network/create.ts";
import { resolveTask } from "../../src/tasks/index.ts";

/** The scales after a sequence of updates; `x` is one that overflows. */
function scales(updates: string, options: Parameters<typeof parseLossScaler>[0]) {
  const settings = parseLossScaler(options);
  if (settings === undefined) throw new Error("no scaler");
  let state = startOfScaler(settings);
  return {
    scales: [...updates].map((update) => {
      state = nextScale(settings, state, update === "x");
      return state.scale;
    }),
    skipped: state.skipped,
  };
}

describe("the scale, as torch._amp_update_scale_ documents it", () => {
  it("halves on an overflow, and doubles after an interval without one, counted anew after each", () => {
    const { scales: found, skipped } = scales("..x...x...", { initial: 8, interval: 3 });
    expect(found).toEqual([8, 8, 4, 4, 4, 8, 4, 4, 4, 8]);
    expect(skipped).toBe(2);
  });

  it("starts at 2^16, grows by 2 and waits 2,000 updates by default", () => {
    expect(parseLossScaler(true)).toEqual({ initial: 65536, growth: 2, backoff: 0.5, interval: 2000 });
    const { scales: found } = scales(".".repeat(2001), true);
    expect(found.slice(-3)).toEqual([65536, 131072, 131072]);
  });

  it("never grows to infinity, and falls below 1", () => {
    expect(scales("..", { initial: 2 ** 127, interval: 1 }).scales).toEqual([2 ** 127, 2 ** 127]);
    expect(scales("xx", { initial: 1 }).scales).toEqual([0.5, 0.25]);
  });

  it.each([
    [{ initial: 0 }, /^lossScaler\.initial: a finite number > 0, got 0/],
    [{ growth: 1 }, /^lossScaler\.growth: a finite number > 1, got 1/],
    [{ backoff: 1 }, /^lossScaler\.backoff: a number between 0 and 1, got 1/],
    [{ interval: 0 }, /^lossScaler\.interval: a whole number ≥ 1, got 0/],
    [{ backof: 0.5 }, /^lossScaler.*backoff/],
  ])("refuses %j", (options, message) => {
    expect(() => parseLossScaler(options as LossScalerOptions)).toThrow(message);
  });
});

test("an update overflows where one scaled entry reaches 65520", () => {
  const gradients = [Float32Array.of(1, 2 ** -39), Float32Array.of(0, -8)];
  expect(watchGradients(gradients, 8189.999)).toEqual({ scale: 8189.999, overflow: false, lost: 1 / 3 });
  expect(watchGradients(gradients, 8190)).toEqual({ scale: 8190, overflow: true, lost: 1 / 3 });
  expect(watchGradients(gradients, 2 ** 15).lost).toBe(0);
  expect(watchGradients([Float32Array.of(Number.NaN)], 1).overflow).toBe(true);
});

describe("a run that is watched", () => {
  const options: TrainOptions = {
    network: { kind: "recurrent", hidden: 6 },
    task: { name: "adding", steps: 8 },
    ...{ batch: 8, steps: 30, traceEvery: 1, diagnoseEvery: 0, evaluateEvery: 0, seed: 2 },
  };
  const lossScaler = { initial: 2 ** 20, interval: 4 };

  it("has the bits of one that is not, and a scale for every update", async () => {
    const [plain, watched] = [await train(options).result, await train({ ...options, lossScaler }).result];
    const { scaler, ...rest } = watched;
    expect(rest).toEqual(plain);
    expect(plain).not.toHaveProperty("scaler");
    if (scaler === undefined) throw new Error("no scaler");
    expect(scaler.scale.length).toBe(30);
    expect(scaler.scale[0]).toBe(2 ** 20);
    expect(scaler.skipped).toBe(scaler.overflow.reduce((sum, one) => sum + one, 0));
    expect(scaler.skipped).toBeGreaterThan(0); // 2^20 times a gradient near 1 is no float16
    let state = startOfScaler({ ...scaler });
    for (let i = 0; i < 30; i++) {
      expect(scaler.scale[i]).toBe(state.scale);
      state = nextScale(scaler, state, scaler.overflow[i] === 1);
    }
    expect([scaler.final, scaler.skipped]).toEqual([state.scale, state.skipped]);
  });

  it("goes on from a checkpoint as if it had not stopped", async () => {
    const whole = await train({ ...options, lossScaler }).result;
    const first = train({ ...options, steps: 13, lossScaler });
    let resume: TrainOptions["resume"];
    for await (const event of first) if (event.kind === "checkpoint") resume = event.state;
    const rest = await train({ ...options, lossScaler, resume }).result;
    expect(rest.scaler).toEqual(whole.scaler);
  });

  it("watches the gradient before it is clipped", () => {
    const network = createNetwork({ kind: "recurrent", hidden: 6, inputs: 2, outputs: 1 }, { seed: 2 });
    const trainer = createTrainer(network, { lossScaler: true, clip: { norm: 1e-6 } });
    const batch = resolveTask({ name: "adding", steps: 8 }, { batch: 8, seed: 2, kind: "recurrent" });
    expect(trainer.step(batch).scaler?.overflow).toBe(true);
    trainer.dispose();
    network.dispose();
  });
});
