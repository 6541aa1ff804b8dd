import { readdirSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { readSafetensors, writeNpy, writeSafetensors } from "../../src/formats/index.ts";
import { createNetwork } from "../../src/index.ts";
import { evanesce, measured, workspace } from "./command.ts";

const files = workspace();
afterAll(files.remove);

const T = 6;
const B = 3;
const spec = { kind: "recurrent", cell: "tanh", inputs: 2, hidden: 5, outputs: 4 } as const;
const network = createNetwork(spec, { seed: 9 });
const wave = (count: number, phase = 0) => Float32Array.from({ length: count }, (_, i) => Math.sin(i + phase));

const specFile = files.json("net.json", spec);
const bareSpec = files.json("bare.json", { ...spec, outputs: undefined });
const tensors = () =>
  network.parameters.names.map(
    (name) => [name, { shape: network.parameters.shape(name), data: network.parameters.get(name) }] as const,
  );
const weights = files.write("net.safetensors", writeSafetensors(tensors()));
const input = files.write("x.npy", writeNpy({ shape: [T, B, 2], data: wave(T * B * 2) }));
const target = files.write("y.npy", writeNpy({ shape: [B, 4], data: wave(B * 4, 1) }));
const classes = files.write("classes.npy", writeNpy({ shape: [B], data: Int32Array.of(0, 3, 1) }));

const argv = ["propagate", specFile, "--weights", weights, "--input", input, "--target", target];

async function flowFrom(args: readonly string[]) {
  const { code, stdout, stderr } = await evanesce([...args, "--json"]);
  expect(code, stderr).toBe(0);
  return measured(stdout);
}

/** Usage error, in plain and in JSON mode alike: code 2, one line on stderr, nothing on stdout. */
async function refused(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await evanesce([...args, "--json"]);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^evanesce: [^\n]+\n$/);
  expect((await evanesce(args)).code).toBe(2);
  return stderr;
}

describe("evanesce propagate", () => {
  it("runs a spec alone, on the default task", async () => {
    const flow = await flowFrom(["propagate", bareSpec, "--batch", "4", "--steps", "30"]);
    expect(flow.task).toMatchObject({ name: "adding", batch: 4, steps: 30, outputs: 1 });
    expect(flow.spec.hidden).toBe(5);
  });

  it("uses the caller's weights and arrays, whatever the seed", async () => {
    const flow = await flowFrom(argv);
    expect(flow.task).toMatchObject({ name: "arrays", batch: B, steps: T, inputs: 2, outputs: 4, loss: "mse" });
    const other = await flowFrom([...argv, "--seed", "5"]);
    expect(other.lnGradientNorm).toEqual(flow.lnGradientNorm);
    expect(other.loss).toBe(flow.loss);
  });

  it("takes whole numbers for classes, and targets with a step axis for a loss at every step", async () => {
    const last = await flowFrom(["propagate", specFile, "--input", input, "--target", classes]);
    expect(last.task).toMatchObject({ loss: "cross_entropy", lossAt: "last", outputs: 4 });
    const each = Int32Array.from({ length: T * B }, (_, i) => i % 4);
    const classesEach = files.write("each.npy", writeNpy({ shape: [T, B], data: each }));
    const every = await flowFrom(["propagate", specFile, "--input", input, "--target", classesEach, "--last-step"]);
    expect(every.task).toMatchObject({ loss: "cross_entropy", lossAt: "every" });
    expect(every.lastStep.lnGradientNorm).toHaveLength(T);
    const real = files.write("reals.npy", writeNpy({ shape: [T, B, 4], data: wave(T * B * 4) }));
    const reals = await flowFrom(["propagate", specFile, "--input", input, "--target", real]);
    expect(reals.task).toMatchObject({ loss: "mse", lossAt: "every" });
  });

  it("reads int64 classes as NumPy writes them", async () => {
    const header = "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }".padEnd(117);
    const bytes = Buffer.concat([
      Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]),
      Buffer.from(`${header}\n`),
      Buffer.from(BigInt64Array.of(0n, 3n, 1n).buffer),
    ]);
    const int64 = files.write("int64.npy", bytes);
    const args = ["propagate", specFile, "--input", input, "--target"];
    expect((await flowFrom([...args, int64])).loss).toBe((await flowFrom([...args, classes])).loss);
  });

  it("without a target has no loss but the last state's sum, and bypasses the readout", async () => {
    const out = files.path("bypass.safetensors");
    const flow = await flowFrom(["propagate", specFile, "--input", input, "--gradients", out]);
    expect(flow.task).toMatchObject({ loss: "none", baseline: null });
    expect(flow.readoutGain).toBeNull();
    const { tensors } = readSafetensors(readFileSync(out), out);
    expect(tensors.get("readout.weight")?.data.every((value) => value === 0)).toBe(true);
    expect(tensors.get("rnn.weight_hh_l0")?.data.some((value) => value !== 0)).toBe(true);
  });

  it("has no readout where the caller's arrays come without outputs", async () => {
    const hidden = files.write("h.npy", writeNpy({ shape: [B, 5], data: wave(B * 5) }));
    const flow = await flowFrom(["propagate", bareSpec, "--input", input, "--target", hidden]);
    expect(flow.parameters.map(({ name }: { name: string }) => name)).not.toContain("readout.weight");
  });

  it("writes every gradient under its parameter's name, whole or not at all", async () => {
    const out = files.path("grads.safetensors");
    await flowFrom([...argv, "--gradients", out]);
    const { tensors } = readSafetensors(readFileSync(out), out);
    expect([...tensors.keys()].sort()).toEqual([...network.parameters.names].sort());
    for (const [name, { shape, dtype }] of tensors) {
      expect(shape).toEqual(network.parameters.shape(name));
      expect(dtype).toBe("float32");
    }
    expect(readdirSync(files.folder).filter((name) => name.includes(".part"))).toEqual([]);
  });

  it("writes float64 where float32 could not hold the gradient", async () => {
    // h_t = h_{t−1}/2 + x, x = 2^−110: ∂L/∂W_ih = (1 + ½ + ¼ + ⅛) 2^−110 ≈ 1.4e-33.
    const chain = files.json("chain.json", { kind: "recurrent", cell: "identity", inputs: 1, hidden: 1 });
    const scalar = (value: number, shape: number[]) => ({ shape, data: Float32Array.of(value) });
    const chainWeights = files.write(
      "chain.safetensors",
      writeSafetensors([
        ["rnn.weight_ih_l0", scalar(1, [1, 1])],
        ["rnn.weight_hh_l0", scalar(0.5, [1, 1])],
        ["rnn.bias_ih_l0", scalar(0, [1])],
        ["rnn.bias_hh_l0", scalar(0, [1])],
      ]),
    );
    const x = files.write("tiny.npy", writeNpy({ shape: [4, 1, 1], data: new Float32Array(4).fill(2 ** -110) }));
    const out = files.path("chain.out.safetensors");
    await flowFrom(["propagate", chain, "--weights", chainWeights, "--input", x, "--gradients", out]);
    const { tensors } = readSafetensors(readFileSync(out), out);
    expect(tensors.get("rnn.weight_ih_l0")).toMatchObject({
      dtype: "float64",
      data: Float64Array.of(1.875 * 2 ** -110),
    });
    expect(tensors.get("rnn.bias_ih_l0")).toMatchObject({ dtype: "float32", data: Float32Array.of(1.875) });
  });
});

describe("a deep network", () => {
  const deep = { kind: "feedforward", inputs: 3, width: 4, depth: 3, outputs: 2, norm: "batch" } as const;
  const net = createNetwork(deep, { seed: 1 });
  const specPath = files.json("deep.json", deep);
  const x = files.write("deep.x.npy", writeNpy({ shape: [5, 3], data: wave(15) }));
  const y = files.write("deep.y.npy", writeNpy({ shape: [5], data: Int32Array.of(0, 1, 1, 0, 1) }));
  const own = net.parameters.names.map(
    (name) => [name, { shape: net.parameters.shape(name), data: net.parameters.get(name) }] as const,
  );

  it("takes PyTorch's state_dict, a batch norm's running statistics ignored", async () => {
    const statistics = ["running_mean", "running_var"].map(
      (name) => [`norms.1.${name}`, { shape: [4], data: wave(4) }] as const,
    );
    const plain = files.write("deep.safetensors", writeSafetensors(own));
    const full = files.write("deep.full.safetensors", writeSafetensors([...own, ...statistics]));
    const args = ["propagate", specPath, "--input", x, "--target", y, "--weights"];
    const flow = await flowFrom([...args, full]);
    expect(flow).toEqual({ ...(await flowFrom([...args, plain])), weights: full });
    expect(flow).toMatchObject({ axis: "layer", task: { name: "arrays", batch: 5, loss: "cross_entropy" } });
    expect(flow.lnGradientNorm).toHaveLength(3);
    expect(flow.lnGradientNorm).toEqual((await flowFrom([...args, plain, "--seed", "4"])).lnGradientNorm);
  });

  it("wants [B, X], and statistics of norms it has", async () => {
    expect(await refused(["propagate", specPath, "--input", input])).toContain(
      "shape [B, X], for a feedforward network",
    );
    const stray = [["norms.7.running_mean", { shape: [4], data: wave(4) }]] as const;
    const path = files.write("stray.safetensors", writeSafetensors([...own, ...stray]));
    expect(await refused(["propagate", specPath, "--weights", path])).toContain("norms.7.running_mean: a parameter");
  });
});

describe("mistakes in specs", () => {
  it.each([
    ["{", "valid JSON"],
    ["", "valid JSON"],
    ["[]", "an object"],
    ['{"kind": "recurrent", "kind": "recurrent"}', "every name once"],
    ['{"kind": "recurent"}', "did you mean recurrent?"],
    ['{"kind": "recurrent", "hiden": 5}', "did you mean hidden?"],
    ['{"kind": "recurrent", "hidden": "5"}', "write it without quotes"],
    ['{"kind": "recurrent", "hidden": 0}', "use 1 or more"],
  ])("%s", async (content, message) => {
    const path = files.write("bad.json", content);
    const stderr = await refused(["propagate", path]);
    expect(stderr).toContain(path);
    expect(stderr).toContain(message);
  });

  it("a file that is not there", async () => {
    expect(await refused(["propagate", files.path("none.json")])).toContain("no such file or folder");
  });
});

describe("mistakes in arrays", () => {
  const npy = (shape: number[], data = wave(shape.reduce((a, b) => a * b, 1))) => writeNpy({ shape, data });
  const nan = wave(T * B * 2);
  nan[7] = Number.NaN;
  it.each([
    ["input", new Uint8Array(0), "an .npy file", "0 bytes"],
    ["input", npy([T, B, 2]).slice(0, -4), "144 bytes of data", "truncated"],
    ["input", new Uint8Array([...npy([T, B, 2]), 0]), "144 bytes of data", "145 bytes"],
    ["input", npy([T, B, 2]).slice(0, 20), "a header within", "truncated"],
    ["input", npy([T, B, 3]), "X = 2 on its last axis", "[6,3,3]"],
    ["input", npy([B, 2]), "shape [T, B, X], for a recurrent network", "[3,2]"],
    ["input", npy([0, B, 2], new Float32Array(0)), "no axis of 0", ""],
    ["input", writeNpy({ shape: [T, B, 2], data: nan }), "[1, 0, 1]: a finite number, got NaN", ""],
    ["input", writeNpy({ shape: [T, B, 2], data: new Int32Array(T * B * 2) }), "float32 inputs", "int32"],
    ["target", npy([B + 1, 4]), "shape [3, Y]", "[4, 4]"],
    ["target", npy([T + 1, B, 4]), "[6, 3, Y]", "[7, 3, 4]"],
    ["target", npy([B, 3]), "Y = 4 on its last axis", "[3,3]"],
    ["target", writeNpy({ shape: [B], data: Int32Array.of(0, 4, 1) }), "[1]: a class index from 0 to 3, got 4", ""],
    ["target", writeNpy({ shape: [B], data: Int32Array.of(0, 1, -1) }), "[2]: a class index from 0 to 3, got -1", ""],
    ["target", npy([B]), "real numbers on one axis are regression targets", "[3]"],
  ] as const)("%s %#: %s", async (which, bytes, rule, got) => {
    const path = files.write(`bad-${which}.npy`, bytes);
    const arrays = which === "input" ? ["--input", path] : ["--input", input, "--target", path];
    const stderr = await refused(["propagate", specFile, ...arrays]);
    expect(stderr).toContain(`evanesce: ${path}`);
    expect(stderr).toContain(rule);
    expect(stderr).toContain(got);
  });

  it("arrays beside options of tasks, or a target alone", async () => {
    expect(await refused([...argv, "--batch", "4"])).toContain("--batch: not together with --input");
    expect(await refused([...argv, "--task", "copy"])).toContain("--task: not together with --input");
    expect(await refused(["propagate", specFile, "--target", target])).toContain("--target: together with --input");
  });
});

/** A safetensors file from a header and a number of data bytes. */
function raw(header: unknown, dataBytes: number, length?: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? json.length), true);
  bytes.set(json, 8);
  return bytes;
}

describe("mistakes in weights", () => {
  const whole = writeSafetensors(tensors());
  const changed = (change: (map: Map<string, { shape: readonly number[]; data: Float32Array }>) => void) => {
    const map = new Map<string, { shape: readonly number[]; data: Float32Array }>(tensors());
    change(map);
    return writeSafetensors(map);
  };
  const entry = (begin: number, end: number) => ({
    dtype: "F32",
    shape: [(end - begin) / 4],
    data_offsets: [begin, end],
  });
  const cases: readonly (readonly [string, Uint8Array, string, string])[] = [
    ["empty", new Uint8Array(0), "a safetensors file of at least 8 bytes", "0 bytes"],
    ["truncated data", whole.slice(0, -4), "the file is truncated", ""],
    ["truncated header", whole.slice(0, 40), "the file is truncated", "header"],
    ["a header of 100 MB and more", raw("{}", 0, 100_000_001), "a header of at most 33554432 bytes", "100000001"],
    ["a header of 2^63 bytes", raw("{}", 0, 2 ** 63), "a header of at most", ""],
    ["a header that is no JSON", raw("{nonsense", 0), "valid JSON", ""],
    [
      "overlapping tensors",
      raw({ a: entry(0, 8), b: entry(4, 12) }, 12),
      ": b: data_offsets that begin at 8",
      "overlap",
    ],
    [
      "a hole between tensors",
      raw({ a: entry(0, 4), b: entry(8, 12) }, 12),
      ": b: data_offsets that begin at 4",
      "hole",
    ],
    ["offsets out of range", raw({ a: entry(0, 64) }, 12), ": a: data_offsets within the file's 12 bytes", "[0, 64]"],
    ["offsets of the wrong span", raw({ a: { ...entry(0, 8), shape: [3] } }, 8), ": a: data_offsets that span 12", ""],
    ["an unknown dtype", raw({ a: { ...entry(0, 8), dtype: "F31" } }, 8), ": a: a dtype of F64, F32", "F31"],
    ["trailing bytes", new Uint8Array([...whole, 0, 0, 0, 0]), "bytes of data, which the tensors cover", ""],
    [
      "NaN",
      changed((map) => map.get("rnn.weight_hh_l0")!.data.fill(Number.NaN, 7, 8)),
      ": rnn.weight_hh_l0[1, 2]: a finite number, got NaN",
      "",
    ],
    [
      "infinity",
      changed((map) => map.get("readout.bias")!.data.fill(-Infinity, 3, 4)),
      ": readout.bias[3]: a finite number, got -Infinity",
      "",
    ],
    [
      "a wrong shape",
      changed((map) => map.set("readout.weight", { shape: [5, 4], data: wave(20) })),
      ": readout.weight: shape [4, 5]",
      "got [5,4]",
    ],
    [
      "a missing tensor",
      changed((map) => map.delete("rnn.bias_hh_l0")),
      ": rnn.bias_hh_l0: a tensor of shape [5]",
      'got "only ',
    ],
    [
      "an extra tensor",
      changed((map) => map.set("rnn.weight_hh_l1", { shape: [1], data: wave(1) })),
      ": rnn.weight_hh_l1: a parameter of the network",
      "did you mean rnn.weight_hh_l0?",
    ],
    [
      "running statistics without a batch norm",
      changed((map) => map.set("norms.0.running_mean", { shape: [5], data: wave(5) })),
      ": norms.0.running_mean: a parameter",
      "",
    ],
  ];
  it.each(cases)("%s", async (_, bytes, rule, got) => {
    const path = files.write("bad.safetensors", bytes);
    const stderr = await refused(["propagate", specFile, "--weights", path, "--input", input]);
    expect(stderr).toContain(`evanesce: ${path}`);
    expect(stderr).toContain(rule);
    expect(stderr).toContain(got);
  });

  it("a dtype that is not a float", async () => {
    const header: Record<string, unknown> = {};
    let at = 0;
    for (const name of network.parameters.names) {
      const shape = network.parameters.shape(name);
      const bytes = 4 * shape.reduce((a, b) => a * b, 1);
      header[name] = { dtype: name === "readout.bias" ? "I32" : "F32", shape, data_offsets: [at, at + bytes] };
      at += bytes;
    }
    const path = files.write("int.safetensors", raw(header, at));
    const stderr = await refused(["propagate", specFile, "--weights", path]);
    expect(stderr).toContain(`${path}: readout.bias: a dtype of float32, float64, float16, bfloat16, got "int32"`);
  });

  it("a gradient file that cannot be written is found out before the pass", async () => {
    expect(await refused([...argv, "--gradients", files.path("no/such/folder/g.safetensors")])).toContain(
      "a path that can be written",
    );
    expect(await refused([...argv, "--gradients", files.folder])).toContain("a folder");
  });
});

describe("evanesce schema", () => {
  it("prints every key of both kinds with its default", async () => {
    const { code, stdout } = await evanesce(["schema"]);
    expect(code).toBe(0);
    const kinds = JSON.parse(stdout).oneOf;
    expect(kinds).toHaveLength(2);
    expect(kinds[0].properties.hidden).toMatchObject({ default: 128 });
  });

  it("prints every parameter's name and shape", async () => {
    const { stdout } = await evanesce(["schema", specFile]);
    const expected = network.parameters.names.map((name) => ({ name, shape: network.parameters.shape(name) }));
    expect(JSON.parse(stdout)).toEqual(expected);
    const table = (await evanesce(["schema", specFile, "--table"])).stdout;
    expect(table).toMatch(/^rnn\.weight_ih_l0 +\[5, 2\]\n/);
    expect(table).toMatch(/69 numbers in 6 tensors\n$/);
  });

  it("takes sizes that the spec leaves to its task", async () => {
    const open = files.json("open.json", { kind: "feedforward", depth: 2, width: 3, norm: "batch" });
    expect(await (await evanesce(["schema", open])).stderr).toContain("give --inputs X");
    const { stdout } = await evanesce(["schema", open, "--inputs", "4", "--outputs", "2"]);
    expect(JSON.parse(stdout)).toContainEqual({ name: "layers.0.weight", shape: [3, 4] });
    expect(JSON.parse(stdout)).toContainEqual({ name: "readout.weight", shape: [2, 3] });
    expect((await evanesce(["schema", specFile, "--inputs", "3"])).stderr).toContain("--inputs: 2, as");
  });
});
