import { describe, expect, test } from "vitest";
import { evanesce, measured } from "./command.ts";

const mlp = (...options: string[]) => evanesce(["mlp", "--batch", "4", ...options]);

describe("lists of a deep network, one entry a hidden layer", () => {
  test("of widths, activations and initializations", async () => {
    const lists = ["--width", "5,3,4", "--activation", "relu,Leaky ReLU,tanh", "--init", "orthogonal,identity,zeros"];
    const { spec, parameters } = measured((await mlp(...lists, "--json")).stdout);
    expect(spec).toMatchObject({ depth: 3, width: [5, 3, 4], activation: "relu" });
    expect(spec.layerwise).toEqual([
      { activation: "relu", init: { weight: "orthogonal" } },
      { activation: "leaky_relu", init: { weight: "identity" } },
      { activation: "tanh", init: { weight: "zeros" } },
    ]);
    const shapes = Object.fromEntries(
      parameters.map((each: { name: string; shape: number[] }) => [each.name, each.shape]),
    );
    expect(shapes["layers.1.weight"]).toEqual([3, 5]);
  });

  test("stand in the report, and theory says in what the layers differ", async () => {
    const lists = ["--activation", "relu,tanh", "--init", "he_normal,xavier_normal"];
    const { stdout } = await mlp(...lists);
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "relu, tanh network, depth 2, width 256, he_normal, xavier_normal weights",
    );
    const prediction = await evanesce(["predict", ...lists]);
    expect(prediction.stdout).toContain("No theory here describes layers that differ in activation, init.");
  });

  test.each([
    [["--activation", "relu,tanh", "--depth", "3"], /^evanesce: --activation: one entry for each of 3 layers, /],
    [["--init", "orthogonal,zeros", "--depth", "3"], /^evanesce: --init: one entry for each of 3 layers, /],
    [["--activation", "relu,tahn"], /^evanesce: --activation, layer 1: one of .*, got "tahn"; did you mean tanh\?/],
    [["--init", "he_normal,foo"], /^evanesce: --init, layer 1: one of /],
  ])("%j is refused", async (options, message) => {
    const { code, stderr } = await mlp(...options);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
