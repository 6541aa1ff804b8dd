/** Results of `rnn` for truncation, clipping, credit and spectra: fields of its JSON, rows of its report, messages. */
import { describe, expect, it } from "vitest";
import { evanesce, measured } from "./command.ts";

const small = ["rnn", "--hidden", "8", "--batch", "4"];
const copy = [...small, "--task", "copy:steps=20,symbols=3"];
const adding = [...small, "--steps", "60"];

async function json(...args: string[]) {
  const { code, stdout, stderr } = await evanesce([...args, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return measured(stdout);
}

describe("--truncate", () => {
  it("K stands for K,K; the profile and what it makes of every parameter stand beside the full ones", async () => {
    const one = await json(...adding, "--truncate", "10");
    const two = await json(...adding, "--truncate", "10,10");
    expect(one).toEqual(two);
    const { truncated, parameters, lnGradientNorm } = one;
    expect(truncated).toMatchObject({ k1: 10, k2: 10 });
    expect(truncated.lnGradientNorm.slice(0, 50)).toEqual(Array(50).fill(null));
    expect(truncated.lnGradientNorm.slice(50)).toEqual(lnGradientNorm.slice(50));
    expect(truncated.parameters.map(({ name }: { name: string }) => name)).toEqual(
      parameters.map(({ name }: { name: string }) => name),
    );
    expect(truncated.angle).toBeGreaterThan(0);
    expect(truncated.parameters.at(-1)).toEqual({ name: "readout.bias", angle: 0, ratio: 1 });
  });

  it("in a row of the report", async () => {
    const { stdout } = await evanesce([...copy, "--truncate", "5,12"]);
    expect(stdout).toMatch(
      /^Truncated {4}to 12 steps, 5 at a time: the weights' gradient turns by [\d.e-]+° and\s+is /m,
    );
    expect((await evanesce([...copy, "--truncate", "1000"])).stdout).toMatch(
      /^Truncated {4}to 1,000 steps: nothing is cut/m,
    );
  });

  it.each([
    [["--truncate", "0"], /^evanesce: --truncate: a whole number ≥ 1, got "0"; /],
    [["--truncate", "5,3"], /^evanesce: --truncate: at least k1 = 5, got 3; /],
    [["--truncate", "1,2,3"], /^evanesce: --truncate: K, or K1,K2, got "1,2,3"; /],
    [["--truncate", "4", "--bidirectional"], /^evanesce: --truncate: a network of one direction, /],
    [["--credit"], /^evanesce: --credit: a loss at every step, /],
    [["--clip-norm", "0"], /^evanesce: --clip-norm: a finite number > 0, got 0; /],
    [["--clip-value", "-1"], /^evanesce: --clip-value: /],
    [["--clip-unit", "0"], /^evanesce: --clip-unit: /],
    [["--spectrum", "61"], /^evanesce: --spectrum: a whole number from 1 to 60, got 61; /],
  ])("%j is refused", async (args, message) => {
    const { code, stdout, stderr } = await evanesce([...adding, ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });
});

describe("--clip-norm, --clip-value, --clip-unit", () => {
  it("a ledger each, of the same gradient", async () => {
    const { clipping, parameters } = await json(
      ...[...adding, "--clip-norm", "0.01", "--clip-value", "1e9", "--clip-unit", "0.01"],
    );
    expect(
      clipping.map(({ method, limit, share }: { method: string; limit: number; share: number }) => [
        method,
        limit,
        share,
      ]),
    ).toEqual([
      ["norm", 0.01, 1],
      ["value", 1e9, 0],
      ["unit", 0.01, expect.any(Number)],
    ]);
    const [norm, value] = clipping;
    expect(norm.after).toBeCloseTo(Math.log(0.01), 4);
    expect(value.after).toBe(value.before);
    norm.tensors.forEach(({ name, before }: { name: string; before: number }, i: number) => {
      expect(name).toBe(parameters[i].name);
      expect(before).toBeCloseTo(parameters[i].lnGradientNorm, 6);
    });
  });

  it("of the truncated gradient where there is one", async () => {
    const args = [...copy, "--clip-norm", "1e-3"];
    const full = await json(...args);
    const cut = await json(...args, "--truncate", "2");
    expect(cut.clipping[0].before).not.toBe(full.clipping[0].before);
    expect(cut.clipping[0].before - full.clipping[0].before).toBeCloseTo(Math.log(cut.truncated.ratio), 6);
    expect((await evanesce([...args, "--truncate", "2"])).stdout).toMatch(
      /^Clipping {5}to norm 0.001: this changes truncated ‖∂L\/∂W‖ from /m,
    );
  });
});

it("--credit: the losses taken and what they contribute by lag", async () => {
  const { credit, lnGradientNorm } = await json(...copy, "--credit");
  expect(credit.lnNormByLag).toHaveLength(lnGradientNorm.length);
  expect(credit.losses.at(-1)).toBe(lnGradientNorm.length - 1);
  expect(credit.decay.perStation).toBeGreaterThan(0);
  expect((await evanesce([...copy, "--credit"])).stdout).toMatch(/^Credit {7}the gradient of a single step's loss /m);
});

it("--spectrum: Jacobians of the same network and batch, over W steps", async () => {
  const { jacobians, seed } = await json(...adding, "--seed", "3", "--spectrum", "20");
  expect(jacobians).toMatchObject({ schema: "evanesce.jacobians/1", seed, window: { from: 39, to: 59, factors: 20 } });
  expect(jacobians.singularValues.values).toHaveLength(8);
  const { stdout } = await evanesce([...adding, "--spectrum"]);
  expect(stdout).toMatch(/^Spectrum {5}of ∂h_59\/∂h_-1, sample 0: singular values from /m);
  expect(stdout).toMatch(/^Lyapunov {5}the largest exponent is −/m);
  expect(stdout).toMatch(/^Weights {6}W_hh: spectral radius 1\.00, norm 1\.00, /m);
});
