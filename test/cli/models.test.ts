/**
 * Model files on the command line: their contents and their gradients.
 */
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readSafetensors, writeNpy, writeSafetensors } from "../../src/formats/index.ts";
import { evanesce, workspace } from "./command.ts";

const files = workspace();
afterAll(files.remove);
const model = (name: string) => fileURLToPath(new URL(`../models/files/${name}`, import.meta.url));
const modelPath = (name: string) => fileURLToPath(new URL(`../models/given/${name}`, import.meta.url));

async function printed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await evanesce(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

async function refused(...args: readonly string[]): Promise<string> {
  const { code, stderr } = await evanesce(args);
  expect(code, stderr).toBe(2);
  expect(stderr).toMatch(/^evanesce: [^\n]+\n$/);
  return stderr;
}

const json = async (...args: readonly string[]) => JSON.parse(await printed(...args, "--json"));
const wave = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i));

describe("evanesce inspect", () => {
  it("lists parts by name and shape, the spec they become, and the next command", async () => {
    const text = await printed("inspect", model("lstm_prefix.pt"));
    expect(text).toContain("PyTorch");
    expect(text).toMatch(/encoder\.rnn\s+LSTM\s+→ rnn\s+weight_ih_l0 \[20, 3\]/);
    expect(text).toMatch(/fc\s+dense\s+→ readout\s+weight \[2, 5\], bias \[2\]/);
    expect(text).toContain('{"kind":"recurrent","cell":"lstm","inputs":3,"hidden":5,"outputs":2}');
    expect(text).toContain("evanesce propagate ");
  });

  it("prints evanesce.model/1", async () => {
    const read = await json("inspect", model("between.pt"));
    expect(read).toMatchObject({ schema: "evanesce.model/1", format: "PyTorch", spec: { cell: "gru", hidden: 5 } });
    expect(read.parts.map(({ name, as }: { name: string; as: string | null }) => [name, as])).toEqual([
      ["conv", null],
      ["rnn", "rnn"],
      ["attention", null],
    ]);
    expect(read.parameters[0]).toEqual({ name: "rnn.weight_ih_l0", shape: [15, 3] });
    expect(read.notes.join(" ")).toContain("measured alone");
  });

  it("lists what it holds where a choice is left, and names the choice", async () => {
    const lstm = (name: string, inputs: number): [string, { shape: number[]; data: Float32Array }][] => [
      [`${name}.weight_ih_l0`, { shape: [16, inputs], data: new Float32Array(16 * inputs) }],
      [`${name}.weight_hh_l0`, { shape: [16, 4], data: new Float32Array(64) }],
    ];
    const unlike = files.write("unlike.safetensors", writeSafetensors([...lstm("encoder", 3), ...lstm("decoder", 5)]));
    const { code, stdout, stderr } = await evanesce(["inspect", unlike]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/encoder\s+LSTM/);
    expect(stderr).toContain("--part encoder or --part decoder");
  });

  it("a transformer is refused by the name of its attention, and one of its layers is measured alone", async () => {
    const tensor = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b)).fill(0.1) });
    const file = files.write(
      "transformer.safetensors",
      writeSafetensors([
        ["self_attn.in_proj_weight", tensor(24, 8)],
        ["self_attn.out_proj.weight", tensor(8, 8)],
        ["linear1.weight", tensor(16, 8)],
        ["linear2.weight", tensor(8, 16)],
        ["norm1.weight", tensor(8)],
        ["norm2.weight", tensor(8)],
      ]),
    );
    const message = await refused("propagate", file);
    expect(message).toContain("attention (self_attn)");
    expect(message).toContain("--part linear1");
    expect(await printed("propagate", file, "--part", "linear1", "--quiet")).toContain("one layer");
  });

  it("writes the spec and the parameters, which together measure the same", async () => {
    const [spec, weights] = [files.path("spec.json"), files.path("spec.safetensors")];
    await printed("inspect", model("keras2_gru.h5"), "--spec", spec, "--save", weights);
    const x = files.write("x3.npy", writeNpy({ shape: [5, 2, 3], data: wave(30) }));
    const whole = await json("propagate", model("keras2_gru.h5"), "--input", x);
    const apart = await json("propagate", spec, "--weights", weights, "--input", x);
    expect(apart.lnGradientNorm).toEqual(whole.lnGradientNorm);
  });

  it("refuses a spec, and options that name nothing", async () => {
    expect(await refused("inspect", modelPath("mlp.json"))).toContain("a model file");
    expect(await refused("inspect", model("lstm_prefix.pt"), "--ignore", "nothing.*")).toContain(
      "a pattern some tensor has",
    );
    expect(await refused("inspect", model("lstm_prefix.pt"), "--part", "encodr.rnn")).toContain(
      "did you mean encoder.rnn",
    );
    expect(await refused("inspect", model("fc.safetensors"), "--activation", "rleu")).toContain("one of");
  });
});

describe("a model file in place of SPEC.json", () => {
  it("is measured, and the report says whose weights they are", async () => {
    const text = await printed("propagate", model("fc.safetensors"), "--activation", "tanh");
    expect(text).toContain("weights from");
    expect(text).not.toMatch(/xavier|orthogonal/);
    expect(text).toContain("drawn from N(0, 1)");
    const flow = await json("propagate", model("fc.safetensors"), "--activation", "tanh");
    expect(flow.weights).toBe(model("fc.safetensors"));
    expect(flow.spec).toMatchObject({ activation: "tanh", outputs: 2 });
    expect(flow.notes).toHaveLength(1);
    const page = files.json("flow.json", flow);
    expect(await printed("report", page)).toContain("weights from");
  });

  it("without a readout has no loss: the sum of its last state", async () => {
    const flow = await json("propagate", model("lstm.pt"), "--steps", "12");
    expect(flow.task).toMatchObject({ loss: "none", steps: 12 });
    expect(flow.lnGradientNorm).toHaveLength(12);
    expect(flow.parameters.some(({ name }: { name: string }) => name.startsWith("readout"))).toBe(false);
  });

  it("is trained, prescribed for, predicted and listed", async () => {
    const trace = await json(
      "train",
      model("lstm_prefix.pt"),
      "--task",
      "noise:inputs=3,outputs=2",
      "--steps",
      "6",
      "--updates",
      "2",
      "--batch",
      "4",
    );
    expect(trace.weights).toBe(model("lstm_prefix.pt"));
    const found = await json("prescribe", model("mlp_tanh.onnx"), "--seeds", "2", "--remedies", "relu", "--fast");
    expect(found.weights).toBe(model("mlp_tanh.onnx"));
    expect(found.given).toContain("layers.0.weight");
    const { code, stderr } = await evanesce(["predict", model("mlp_tanh.onnx"), "--quiet"]);
    expect(code).toBe(0);
    expect(stderr).toContain("the weights of");
    expect(await printed("schema", model("gru.onnx"), "--table")).toContain("rnn.weight_hh_l0");
  });

  it("takes no weights beside it, and no network options but its own", async () => {
    expect(await refused("propagate", model("lstm.pt"), "--weights", model("lstm.pt"))).toContain(
      "a model file has its own weights",
    );
    expect(await refused("train", model("lstm.pt"), "--hidden", "4")).toContain("--hidden");
    expect(await refused("propagate", modelPath("mlp.json"), "--part", "net")).toContain(
      "together with a model file or --weights",
    );
  });
});

describe("--weights under other names", () => {
  it("loads a Sequential by shape and order", async () => {
    const x = files.write("x4.npy", writeNpy({ shape: [3, 4], data: wave(12) }));
    const flow = await json(
      "propagate",
      modelPath("mlp.json"),
      "--weights",
      modelPath("mlp_seq.safetensors"),
      "--input",
      x,
    );
    expect(flow.notes.join(" ")).toContain("net.0 is layers.0");
    expect(flow.loss).not.toBeNull();
  });

  it("loads an LSTM under its prefix, and the same gradients as under its own names", async () => {
    const x = files.write("x.npy", writeNpy({ shape: [4, 2, 3], data: wave(24) }));
    const { tensors } = readSafetensors(
      new Uint8Array((await import("node:fs")).readFileSync(modelPath("lstm_encoder.safetensors"))),
      "w",
    );
    const names: Record<string, string> = { "head.weight": "readout.weight", "head.bias": "readout.bias" };
    const own = [...tensors].map(
      ([name, { shape, data }]) =>
        [
          name.includes("rnn.") ? `rnn.${name.split("rnn.")[1]}` : (names[name] ?? `readout.${name.split(".").at(-1)}`),
          { shape, data: data as Float32Array },
        ] as const,
    );
    const plain = files.write("own.safetensors", writeSafetensors(own));
    const [first, second] = [modelPath("lstm_encoder.safetensors"), plain];
    const args = ["propagate", modelPath("lstm.json"), "--input", x, "--weights"];
    const flow = await json(...args, first);
    expect(flow.lnGradientNorm).toEqual((await json(...args, second)).lnGradientNorm);
    expect(flow.notes.join(" ")).toContain("is rnn");
  });

  it("takes any format", async () => {
    const spec = files.json("gru.json", { kind: "recurrent", cell: "gru", inputs: 3, hidden: 5 });
    const x = files.write("xg.npy", writeNpy({ shape: [4, 2, 3], data: wave(24) }));
    const flow = await json("propagate", spec, "--weights", model("gru.onnx"), "--input", x);
    expect(flow.lnGradientNorm).toEqual((await json("propagate", model("gru.onnx"), "--input", x)).lnGradientNorm);
  });

  it("refuses what has no place in the spec, or another shape, unless it is ignored", async () => {
    const spec = files.json("lstm5.json", { kind: "recurrent", cell: "lstm", inputs: 3, hidden: 5, outputs: 2 });
    const extra = ["propagate", spec, "--weights", model("extra.pt")];
    expect(await refused(...extra)).toContain("--ignore teacher.fc");
    expect(await printed(...extra, "--ignore", "teacher.*", "--steps", "4")).toContain("weights from");
    const narrow = files.json("narrow.json", { kind: "recurrent", cell: "lstm", inputs: 3, hidden: 4, outputs: 2 });
    expect(await refused("propagate", narrow, "--weights", model("lstm_prefix.pt"))).toContain("as the spec says");
    const deep = files.json("deep.json", { kind: "feedforward", inputs: 3, width: 5, depth: 9, outputs: 2 });
    expect(await refused("propagate", deep, "--weights", model("fc.safetensors"))).toContain("which the network needs");
  });
});
