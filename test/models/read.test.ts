/** What is inferred from names and shapes, what the caller must say, and what is never assumed silently. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { writeSafetensors } from "../../src/formats/index.ts";
import { type Model, type ModelOptions, readModel } from "../../src/models/index.ts";
import { filePath } from "./golden.ts";

/** A safetensors file of these shapes; its tensors are in no order but that of their names. */
function file(shapes: Readonly<Record<string, readonly number[]>>): Uint8Array {
  let seed = 0;
  return writeSafetensors(
    Object.entries(shapes).map(([name, shape]) => {
      const count = shape.reduce((product, axis) => product * axis, 1);
      return [name, { shape, data: Float32Array.from({ length: count }, () => Math.sin(++seed)) }] as const;
    }),
  );
}

const linear = (name: string, outputs: number, inputs: number) => ({
  [`${name}.weight`]: [outputs, inputs],
  [`${name}.bias`]: [outputs],
});
const lstm = (name: string, X: number, H: number, level = 0) => ({
  [`${name}.weight_ih_l${level}`]: [4 * H, X],
  [`${name}.weight_hh_l${level}`]: [4 * H, H],
  [`${name}.bias_ih_l${level}`]: [4 * H],
  [`${name}.bias_hh_l${level}`]: [4 * H],
});

const read = (shapes: Parameters<typeof file>[0], options: ModelOptions = {}): Promise<Model> =>
  readModel(file(shapes), options);
const as = ({ parts }: Model) => Object.fromEntries(parts.map((part) => [part.name, part.as]));

describe("an encoder and a decoder", () => {
  const gru = (name: string, X: number, H: number) =>
    Object.fromEntries(Object.entries(lstm(name, X, H)).map(([key, [, ...more]]) => [key, [3 * H, ...more]]));

  it.each([
    ["encoder.rnn", "decoder.rnn"],
    ["model.enc.lstm", "model.dec.lstm"],
    ["encoder_rnn", "decoder_rnn"],
    ["encoder", "decoder"],
  ])("%s and %s of one cell and size are one network, as a note says", async (encoder, decoder) => {
    const model = await read(
      { ...lstm(decoder, 3, 5), ...lstm(encoder, 3, 5), ...linear("out", 2, 5) },
      { decoder: 4 },
    );
    expect(model.spec).toMatchObject({ decoder: 4, cell: "lstm", inputs: 3, hidden: 5, outputs: 2 });
    expect(as(model)).toMatchObject({ [encoder]: "encoder", [decoder]: "decoder", out: "readout" });
    expect(model.notes.join(" ")).toContain(`${encoder} is assumed to be an encoder and ${decoder} its decoder`);
    expect(model.notes.join(" ")).toContain("runs the last 4 steps");
  });

  it("leave the number of the decoder's steps to the batch", async () => {
    const { spec } = await read({ ...lstm("encoder", 3, 5), ...lstm("decoder", 3, 5) });
    expect(spec).toMatchObject({ decoder: true });
  });

  it("share a table, or have one each, which become one", async () => {
    const cores = { ...lstm("encoder.rnn", 4, 5), ...lstm("decoder.rnn", 4, 5) };
    const shared = await read({ "embedding.weight": [9, 4], ...cores, ...linear("fc", 9, 5) });
    expect(shared.spec).toMatchObject({ inputs: 9, embedding: { size: 4 }, outputs: 9 });
    const own = { "decoder.embedding.weight": [11, 4], "encoder.embedding.weight": [9, 4] };
    const two = await read({ ...own, ...cores, ...linear("fc", 11, 5) });
    expect(two.spec).toMatchObject({ inputs: 20, outputs: 11 });
    expect(two.notes.join(" ")).toContain(
      "encoder.embedding's from 0 to 8, then decoder.embedding's, whose token 0 is 9",
    );
  });

  it.each<[string, Record<string, readonly number[]>]>([
    ["of different cells", { ...lstm("encoder", 3, 5), ...gru("decoder", 3, 5) }],
    ["of different inputs", { ...lstm("encoder", 3, 5), ...lstm("decoder", 2, 5) }],
    [
      "whose inputs a layer joins by chance",
      { ...lstm("encoder", 4, 16), ...lstm("decoder", 1, 16), ...linear("linear", 1, 16) },
    ],
    ["with attention", { ...lstm("encoder", 3, 5), ...linear("attention", 5, 5), ...lstm("decoder", 3, 5) }],
    [
      "with a layer behind the encoder",
      { ...lstm("encoder.rnn", 3, 5), ...linear("encoder.fc", 5, 5), ...lstm("decoder.rnn", 3, 5) },
    ],
    ["without these names", { ...lstm("a", 3, 5), ...lstm("b", 3, 5) }],
  ])("%s are not joined: the caller names one", async (_, shapes) => {
    await expect(read(shapes)).rejects.toThrow("name the part to measure: --part");
    await expect(read(shapes, { decoder: 4 })).rejects.toThrow();
  });

  it("measured alone where one is named; --decoder is refused for a file without one", async () => {
    const pair = { ...lstm("encoder", 3, 5), ...lstm("decoder", 3, 5) };
    expect((await read(pair, { part: "encoder" })).spec).not.toHaveProperty("decoder");
    await expect(read(lstm("rnn", 3, 5), { decoder: 4 })).rejects.toThrow(/^decoder: a state_dict with an encoder/);
  });
});

describe("structure from names and shapes", () => {
  it("layers follow each other by number: 10 after 9", async () => {
    const shapes = Object.assign({}, ...Array.from({ length: 12 }, (_, i) => linear(`net.${i}`, i + 2, i + 1)));
    const model = await read(shapes);
    expect(model.spec).toMatchObject({ kind: "feedforward", depth: 11, inputs: 1, outputs: 13 });
  });

  it("names in no order are brought into the one that their shapes allow, and it is said", async () => {
    const model = await read({ ...linear("out", 2, 9), ...linear("mid", 9, 7), ...linear("start", 7, 4) });
    expect(as(model)).toEqual({ start: "layers.0", mid: "layers.1", out: "readout" });
    expect(model.notes.join(" ")).toContain("start, mid, out");
  });

  it("several orders that fit are not guessed at; --order says which", async () => {
    const shapes = { ...linear("a", 6, 4), ...linear("b", 4, 6), ...linear("z", 6, 6), ...linear("y", 4, 4) };
    await expect(read(shapes)).rejects.toThrow("--order");
    const model = await read(shapes, { order: ["y", "a", "z", "b"] });
    expect(as(model)).toMatchObject({ y: "layers.0", a: "layers.1", z: "layers.2", b: "readout" });
  });

  it("layers of one recurrent stack join, of different widths too, where each reads what the one before gives", async () => {
    const stack = await read({ ...lstm("a", 3, 5), ...lstm("b", 5, 5), ...linear("c", 1, 5) });
    expect(stack.spec).toMatchObject({ layers: 2, hidden: 5, inputs: 3, outputs: 1 });
    const wide = await read({ ...lstm("a", 3, 7), ...lstm("b", 7, 5), ...linear("c", 1, 5) });
    expect(wide.spec).toMatchObject({ layers: 2, hidden: 7, layerwise: [{ hidden: 7 }, { hidden: 5 }], inputs: 3 });
    expect(wide.notes.join(" ")).toContain("a, b are assumed to be one stack");
    const apart = { ...lstm("a", 3, 7), ...lstm("b", 6, 5), ...linear("c", 1, 5) };
    await expect(read(apart)).rejects.toThrow("name the part to measure: --part a or --part b");
  });

  it("a matrix without a bias ahead of a layer it feeds by its columns is an embedding", async () => {
    const model = await read({ "table.weight": [11, 3], ...lstm("rnn", 3, 5), ...linear("to", 11, 5) });
    expect(model.parts.find(({ name }) => name === "table")).toMatchObject({ what: "embedding", as: "embedding" });
    expect(model.spec).toMatchObject({ kind: "recurrent", inputs: 11, embedding: { size: 3 }, outputs: 11 });
  });

  it("attention by projections is no chain of dense layers", async () => {
    const shapes = {
      ...linear("block.q_proj", 8, 8),
      ...linear("block.k_proj", 8, 8),
      ...linear("block.v_proj", 8, 8),
    };
    await expect(read(shapes)).rejects.toThrow("a recurrent or a dense layer");
  });

  it("biases that the file does not have are zeros, and it is said", async () => {
    const model = await read({ "a.weight": [6, 4], "b.weight": [2, 6] });
    expect(model.parameters["layers.0.bias"]).toEqual(new Float32Array(6));
    expect(model.notes.join(" ")).toContain("layers.0.bias");
  });
});

describe("choices of the caller", () => {
  const shapes = { ...lstm("student.core", 3, 5), ...linear("student.head", 2, 5), ...linear("teacher.x", 9, 9) };

  it("--prefix, --ignore, --part and --rename", async () => {
    expect((await read(shapes, { prefix: "student" })).spec).toMatchObject({ outputs: 2 });
    expect((await read(shapes, { ignore: ["teacher.*"] })).spec).toMatchObject({ outputs: 2 });
    expect((await read(shapes, { part: "core" })).spec).not.toHaveProperty("outputs");
    const renamed = await read(shapes, { prefix: "student", rename: { core: "rnn", head: "readout" } });
    expect(as(renamed)).toEqual({ rnn: "rnn", readout: "readout" });
  });

  it.each([
    [{ prefix: "studnt" }, "did you mean student"],
    [{ ignore: ["nothing"] }, "a pattern some tensor has"],
    [{ rename: { cor: "rnn" } }, "did you mean core"],
    [{ part: "haed" }, "a recurrent or dense part"],
    [{ activation: "rleu" }, "one of"],
    [{ order: ["student.core", "student.haed"] }, "layers of the file"],
    [{ colour: "red" } as ModelOptions, "an option there is"],
  ])("%j that names nothing is refused", async (options, words) => {
    await expect(read(shapes, options)).rejects.toThrow(words);
  });

  it("an Elman layer's activation is assumed, unless the file or the caller says it", async () => {
    const elman = { weight_ih_l0: [5, 3], weight_hh_l0: [5, 5], bias_ih_l0: [5], bias_hh_l0: [5] };
    const assumed = await read(elman);
    expect(assumed.spec).toMatchObject({ cell: "tanh" });
    expect(assumed.notes.join(" ")).toContain("taken to be tanh");
    const told = await read(elman, { cell: "relu" });
    expect([told.spec, told.notes]).toMatchObject([{ cell: "relu" }, []]);
    await expect(read(elman, { cell: "lstm" })).rejects.toThrow("an Elman cell");
  });
});

describe("readModel", () => {
  it("takes bytes, a buffer or a path, and the same comes of each", async () => {
    const path = filePath("gru.onnx");
    const bytes = new Uint8Array(readFileSync(path));
    const fromPath = await readModel(path);
    for (const source of [bytes, bytes.slice().buffer]) {
      const model = await readModel(source, { name: path });
      expect(model).toEqual(fromPath);
    }
    await expect(readModel(7 as never)).rejects.toThrow("bytes");
    await expect(readModel("nothing.pt")).rejects.toThrow("a readable file");
  });

  it("takes shards beside the bytes, by their names", async () => {
    const bytes = new Uint8Array(readFileSync(filePath("tfjs_dense.json")));
    const shard = new Uint8Array(readFileSync(filePath("tfjs_dense.bin")));
    const model = await readModel(bytes, { files: { "tfjs_dense.bin": shard } });
    expect(model.parameters).toEqual((await readModel(filePath("tfjs_dense.json"))).parameters);
    await expect(readModel(bytes)).rejects.toThrow("the shard tfjs_dense.bin");
    await expect(readModel(bytes, { files: { "tfjs_dense.bin": shard.subarray(4) } })).rejects.toThrow("bytes");
  });

  it("refuses weights that are not finite, by name", async () => {
    const data = Float32Array.of(1, Number.NaN, 1, 1);
    const bytes = writeSafetensors([["fc.weight", { shape: [2, 2], data }]]);
    await expect(readModel(bytes, { name: "w" })).rejects.toThrow("w: fc.weight[0, 1]: a finite number, got NaN");
  });

  it("refuses quantized layers and says which file to give", async () => {
    for (const file of ["quantized.pt", "whole_quantized.pt"]) {
      await expect(readModel(filePath(file))).rejects.toThrow(
        "save the state_dict of the model before it is quantized",
      );
    }
  });
});
