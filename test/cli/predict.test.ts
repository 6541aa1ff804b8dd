import { afterAll, describe, expect, it } from "vitest";
import { predict } from "../../src/theory/index.ts";
import { evanesce, measured, workspace } from "./command.ts";

const files = workspace();
afterAll(files.remove);

const text = async (...args: string[]) => {
  const { code, stdout, stderr } = await evanesce(["predict", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
};
const refused = async (...args: string[]) => {
  const { code, stdout, stderr } = await evanesce(["predict", ...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).not.toMatch(/\n\s+at /);
  return stderr;
};

describe("evanesce predict", () => {
  it("says of a deep sigmoid network that it vanishes, before anything is run", async () => {
    const printed = await text("--depth", "50", "--activation", "sigmoid");
    expect(printed).toMatch(/^VANISHING\nTheory expects the gradient to shrink over 49 layers/);
    expect(printed).toContain("no network was run");
    expect(printed).toContain("multiply the gain by 10.15"); // √103.0, the critical σ_w of sigmoid at σ_b = 0
  });

  it("prints the library's own prediction as JSON, with the spec", async () => {
    const spec = {
      kind: "feedforward",
      depth: 20,
      width: 64,
      activation: "relu",
      init: { weight: "he_normal" },
    } as const;
    const path = files.json("relu.json", spec);
    const { spec: written, ...printed } = measured(await text(path, "--json"));
    const expected = JSON.parse(
      JSON.stringify(predict(spec), (_, value) => (ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value)),
    );
    expect(written).toMatchObject({ depth: 20, activation: "relu" });
    // infinite scales of a critical network are written as text
    expect(printed).toEqual({ ...expected, xiQ: printed.xiQ, xiC: printed.xiC, xiGrad: "Infinity" });
  });

  it("takes the same network from options and from a file", async () => {
    const path = files.json("rnn.json", { kind: "recurrent", cell: "relu", hidden: 32 });
    expect(measured(await text("--cell", "relu", "--hidden", "32", "--json"))).toEqual(
      measured(await text(path, "--json")),
    );
  });

  it("gives the length, and inputs the spec leaves out", async () => {
    const { lnGradientNorm } = JSON.parse(await text("--cell", "tanh", "--steps", "17", "--inputs", "3", "--json"));
    expect(lnGradientNorm).toHaveLength(17);
  });

  it("says where no theory applies, and why", async () => {
    expect(await text("--cell", "gru")).toMatch(/^NO THEORY\nIn a gated cell, the carry/);
    expect(await text("--cell", "gru", "--quiet")).toMatch(/^no theory: In a gated cell.+\n$/);
  });

  it.each([60, 80, 200])("fits %i columns, in ASCII too", async (columns) => {
    for (const more of [[], ["--ascii"]]) {
      const printed = await text("--depth", "30", "--columns", String(columns), ...more);
      expect(Math.max(...printed.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(columns);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: everything that is not ASCII
      if (more.length > 0) expect(printed).not.toMatch(/[^\x00-\x7f]|\?/);
    }
  });

  it("refuses options of two kinds, options beside a file, and values out of range", async () => {
    expect(await refused("--depth", "3", "--cell", "tanh")).toContain("--depth: not together with --cell");
    expect(await refused(files.json("net.json", { kind: "recurrent" }), "--gain", "2")).toContain(
      "--gain: not together with a file of a spec",
    );
    expect(await refused("--cell", "tanh", "--gain", "auto")).toContain("--gain: a number");
    expect(await refused("--activation", "sgmoid")).toContain("--activation:");
    expect(await refused("--input-square", "-1")).toContain("--input-square:");
    expect(await refused("missing.json")).toContain("missing.json:");
  });
});
