import { existsSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { evanesce, measured, workspace } from "./command.ts";

const files = workspace();
afterAll(files.remove);

const quick = ["--seeds", "2", "--batch", "4", "--fast"];
const sigmoid = ["--depth", "30", "--width", "16", "--activation", "sigmoid", ...quick];

const printed = async (...args: string[]) => {
  const { code, stdout, stderr } = await evanesce(["prescribe", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
};
const refused = async (...args: string[]) => {
  const { code, stdout, stderr } = await evanesce(["prescribe", ...args]);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
  expect(stderr).not.toMatch(/\n\s+at /);
  return stderr;
};

describe("evanesce prescribe", () => {
  it("says what is wrong, whose fault it is, what to do and what was tried, in that order", async () => {
    const text = await printed(...sigmoid, "--remedies", "relu,orthogonal,skipinit");
    const order = [
      "VANISHING",
      "On 2 of 2 seeds",
      "Causes",
      "Knock-outs",
      "\n→ ",
      "\nTry: --residual skipinit\n",
      "as it is",
      " relu ",
      "Controls",
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places).not.toContain(-1);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
    expect(text).toMatch(/confirmed/);
  });

  it("writes a spec that propagate takes as it is, and that is healthy", async () => {
    const path = files.path("better.json");
    const text = await printed(...sigmoid, "--remedies", "relu", "--spec", path);
    expect(text).toContain(`The network is in ${path}`);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ activation: "relu", depth: 30 });
    const { code, stdout } = await evanesce(["propagate", path, "--quiet"]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^healthy/) });
  });

  it("treats a network round weights of a file, and offers none that would draw them anew", async () => {
    const spec = files.json("trained.json", { kind: "feedforward", depth: 12, width: 8, activation: "sigmoid" });
    const trained = ["train", spec, "--updates", "2", "--batch", "4", "--checkpoint", files.path("run"), "--quiet"];
    expect((await evanesce(trained)).code).toBe(0);
    const weights = files.path("run-2.safetensors");
    const found = measured(
      await printed(spec, ...quick, "--weights", weights, "--remedies", "tanh,orthogonal", "--json"),
    );
    expect(found.given).toContain("layers.3.weight");
    expect(found.treatments.map(({ name }: { name: string }) => name)).toEqual(["tanh"]);
    expect(found.untried).toEqual([{ name: "orthogonal", why: expect.stringContaining("these are given") }]);
    expect(await refused(spec, ...quick, "--weights", files.path("nothing.safetensors"))).toContain(
      "nothing.safetensors",
    );
  });

  it("takes the same network from a file as from options, in JSON", async () => {
    const spec = files.json("sick.json", { kind: "feedforward", depth: 30, width: 16, activation: "sigmoid" });
    const fromFile = measured(await printed(spec, ...quick, "--remedies", "relu", "--json"));
    expect(fromFile).toEqual(measured(await printed(...sigmoid, "--remedies", "relu", "--json")));
    expect(fromFile).toMatchObject({ schema: "evanesce.prescription/1", outcome: "complete", prescribed: "relu" });
    expect(fromFile.seeds).toEqual([0, 1]);
  });

  it("takes a recurrent network's options", async () => {
    const args = ["--cell", "tanh", "--hidden", "16", "--gain", "0.5", "--steps", "60", ...quick];
    const found = JSON.parse(await printed(...args, "--remedies", "orthogonal,irnn", "--json"));
    expect(found.patient.verdict).toBe("vanishing");
    expect(found.task).toMatchObject({ name: "adding", steps: 60, batch: 4 });
  });

  it("has nothing to mend in a sound network, and writes no spec for it", async () => {
    const path = files.path("none.json");
    const args = ["--depth", "10", "--width", "16", "--activation", "relu", "--init", "he_normal", ...quick];
    const text = await printed(...args, "--spec", path);
    expect(text).toMatch(/^HEALTHY\n/);
    expect(text).toContain("→ Nothing to");
    expect(text).not.toContain("as it is");
    expect(existsSync(path)).toBe(false);
  });

  it("prints one line when quiet", async () => {
    expect(await printed(...sigmoid, "--remedies", "relu", "--quiet")).toMatch(/^vanishing: ReLU with He's.+\n$/);
  });

  it.each([60, 80, 200])("fits %i columns, in ASCII too", async (columns) => {
    for (const more of [[], ["--ascii"]]) {
      const text = await printed(...sigmoid, "--remedies", "relu,batch_norm", "--columns", String(columns), ...more);
      expect(Math.max(...text.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(columns);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: everything that is not ASCII
      if (more.length > 0) expect(text).not.toMatch(/[^\x00-\x7f]/);
    }
  });

  it("interrupted, prints what was done and ends with 130", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 150);
    const args = ["prescribe", "--depth", "200", "--width", "64", "--activation", "sigmoid", "--seeds", "5"];
    const { code, stdout, stderr } = await evanesce(args, { signal: stop.signal });
    expect(code).toBe(130);
    expect(stderr).toBe("interrupted\n");
    expect(stdout).toContain("The run was stopped.");
  });

  it("races the remedies: the loss reached decides, and stands beside path and cost", async () => {
    const args = ["--depth", "12", "--width", "16", "--activation", "sigmoid", "--task", "teacher", "--batch", "16"];
    const race = [...args, "--seeds", "2", "--remedies", "skipinit,orthogonal", "--updates", "60", "--threads", "1"];
    const text = await printed(...race);
    expect(text).toMatch(/→ A skip path.*\n?.*\(residual\s+skipinit\): with adam it/s);
    expect(text).toMatch(/gain +verdict +param × +flop × +loss\n/);
    expect(text).toMatch(/1 skipinit .* 0\.\d+ ± 0\.\d+\n/);
    expect(text).toMatch(/^Race +60 updates of adam/m);
    const page = files.path("race.html");
    expect(await printed(...race, "--optimizer", "sgd", "--quiet", "--html", page)).toMatch(/^vanishing: /);
    const html = readFileSync(page, "utf8");
    expect(html).toContain("Race: how well each network learns");
    expect(html).toContain("How the finalists learn");
  });

  it("refuses what it cannot do, before it does anything", async () => {
    expect(await refused(...sigmoid, "--remedies", "rellu")).toContain("--remedies: names of remedies");
    expect(await refused("--fast", "--updates", "90")).toContain("race: without fast");
    expect(await refused("--optimizer", "adamw")).toContain("--optimizer: one of adam, sgd");
    expect(await refused("--seeds", "1")).toContain("--seeds: a whole number from 2");
    expect(await refused("--spec", "/nowhere/at/all.json")).toContain(
      "/nowhere/at/all.json: a path that can be written",
    );
    expect(await refused("--depth", "3", "--hidden", "4")).toContain("--depth: not together with --hidden");
    expect(await refused("--depth", "3", "--task", "adding")).toContain("--task: a task for a feedforward network");
  });
});
