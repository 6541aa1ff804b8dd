/**
 * Every file, damaged at any byte or made to do harm, gives a model or an EvanesceError.
 */
import { readdirSync, readFileSync } from "node:fs";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { EvanesceError } from "../../src/base/errors.ts";
import { random } from "../../src/base/random.ts";
import { readModel } from "../../src/models/index.ts";
import { filePath } from "./golden.ts";

/** Damaged copies of each file; FUZZ=1000 for a longer look. */
const COPIES = Number(process.env.FUZZ ?? 12);

const FILES = readdirSync(filePath("")).sort();

/** The message of the refusal; undefined where the file was read. @throws what is no EvanesceError */
async function refusal(
  bytes: Uint8Array,
  name = "m.pt",
  files: Record<string, Uint8Array> = {},
): Promise<string | undefined> {
  try {
    await readModel(bytes, { name, files });
    return undefined;
  } catch (error) {
    if (error instanceof EvanesceError) return error.message;
    throw error;
  }
}

describe("damaged files", () => {
  const siblings = Object.fromEntries(
    FILES.filter((file) => file.endsWith(".bin")).map((file) => [file, readFileSync(filePath(file))]),
  );

  it.each(FILES)("%s", async (file) => {
    const whole = new Uint8Array(readFileSync(filePath(file)));
    const stream = random(1, `fuzz/${file}`);
    for (let copy = 0; copy < COPIES; copy++) {
      let bytes = whole.slice();
      for (let fault = 0; fault <= stream.below(4); fault++) {
        const at = stream.below(bytes.length);
        const kind = stream.below(5);
        if (kind === 0) bytes = bytes.slice(0, at + 1);
        else if (kind === 1) bytes[at] = stream.below(256);
        else if (kind === 2) bytes.fill(0xff, at, at + 8);
        else if (kind === 3) bytes.fill(0, at, at + 4);
        else bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(Math.max(0, at - 16))]);
      }
      await refusal(bytes, file, siblings);
    }
  });
});

const u32 = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255];
const torchFile = (pickle: Uint8Array, more: Record<string, Uint8Array> = {}) =>
  zipSync({ "a/data.pkl": pickle, "a/version": strToU8("3\n"), ...more }, { level: 0 });
const ops = (...parts: (string | number | Uint8Array)[]) =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "number" ? [part] : [...(typeof part === "string" ? strToU8(part) : part)],
    ),
  );
const pickle = (...parts: (string | number | Uint8Array)[]) => ops(0x80, 2, ...parts, ".");
const repeated = (byte: number, count: number) => new Uint8Array(count).fill(byte);

describe("pickles", () => {
  it.each([
    ["os.system", "cos\nsystem\n"],
    ["posix.system", "cposix\nsystem\n"],
    ["subprocess.Popen", "csubprocess\nPopen\n"],
    ["builtins.eval", "cbuiltins\neval\n"],
    ["builtins.__import__", "c__builtin__\n__import__\n"],
  ])("that call %s are refused by name, and nothing is run", async (_, global) => {
    const told = await refusal(torchFile(pickle(global, "(X", ...u32(9), "touch pwn", "t", "R")));
    expect(told).toContain("names only what a model is made of");
    expect(told).toContain("nothing was run");
  });

  it.each([
    ["a stack without end", pickle(repeated(0x5d, 2_000_000))],
    ["lists in each other", pickle(repeated(0x5d, 300_000), repeated(0x61, 299_999))],
    ["marks alone", pickle(repeated(0x28, 1_000_000))],
    ["no STOP", ops(0x80, 2, "]")],
    ["a length of 2^64 − 1", ops(0x80, 4, 0x8e, repeated(255, 8))],
    ["a long integer of 2^31 bytes", ops(0x80, 2, 0x8b, 0xff, 0xff, 0xff, 0x7f)],
    ["a value the memo does not have", pickle("h", 7)],
    ["an unknown opcode", pickle(0xee)],
    ["a list that holds itself", pickle("]", "q", 0, "h", 0, "a")],
    ["a dict that holds itself", pickle("}", "q", 0, "X", ...u32(1), "k", "h", 0, "s")],
    [
      "copies of copies",
      pickle("]", ...Array.from({ length: 60 }, () => ops("q", 0, "h", 0, "\x86", "]", "h", 0, "a"))),
    ],
    ["an extension code", pickle(0x82, 1)],
  ] as const)("of %s are refused", async (_, bytes) => {
    expect(await refusal(torchFile(bytes))).toBeTypeOf("string");
  });

  it("with tensors beyond their storage, of absurd sizes or without one, are refused", async () => {
    const tensor = (shape: Uint8Array, stride: Uint8Array) =>
      pickle(
        ...["}", "X", ...u32(8), "l.weight", "ctorch._utils\n_rebuild_tensor_v2\n", "(("],
        ...[
          "X",
          ...u32(7),
          "storage",
          "ctorch\nFloatStorage\n",
          "X",
          ...u32(1),
          "0",
          "X",
          ...u32(3),
          "cpu",
          "K",
          4,
          "t",
          "Q",
        ],
        ...["K", 0, shape, stride, "\x89", "N", "t", "R", "s"].map((part) => (part === "\x89" ? 0x89 : part)),
      );
    const number = (value: number) => ops("J", ...u32(value));
    const pair = (a: number, b: number) => ops(number(a), number(b), 0x86);
    const storage = { "a/data/0": new Uint8Array(16) };
    const beyond = await refusal(torchFile(tensor(pair(4, 4), pair(4, 1)), storage));
    expect(beyond).toContain("within its storage of 4 elements");
    const absurd = await refusal(torchFile(tensor(pair(0x7fffffff, 0x7fffffff), pair(0, 0)), storage));
    expect(absurd).toMatch(/2\^53|its storage/);
    const expanded = await refusal(torchFile(tensor(pair(1 << 14, 1 << 14), pair(0, 0)), storage));
    expect(expanded).toContain("its storage fills");
    expect(await refusal(torchFile(tensor(pair(2, 2), pair(2, 1))))).toContain("the storage 0");
  });
});

describe("archives", () => {
  it("that inflate a thousandfold are refused before they are", async () => {
    const bomb = zipSync({ "a/data.pkl": new Uint8Array(200_000_000) }, { level: 9 });
    expect(await refusal(bomb)).toContain("inflates at most");
  });

  it("whose entries are longer than they say are refused", async () => {
    const bytes = zipSync({ "a/data.pkl": new Uint8Array(60_000_000) }, { level: 9 });
    const view = new DataView(bytes.buffer);
    for (let at = bytes.length - 22; at > 0; at--) {
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 1000, true);
    }
    expect(await refusal(bytes)).toContain("1000 bytes decompressed");
  });

  it.each([
    ["nothing but an end", [0x50, 0x4b, 3, 4, ...new Uint8Array(40), 0x50, 0x4b, 5, 6, ...new Uint8Array(18)]],
    ["no directory", [0x50, 0x4b, 3, 4, ...new Uint8Array(200)]],
  ] as const)("of %s are refused", async (_, bytes) => {
    expect(await refusal(Uint8Array.from(bytes))).toBeTypeOf("string");
  });
});

describe("other formats", () => {
  it("deep JSON is refused", async () => {
    const deep = `{"modelTopology":${'{"config":{"layers":[{"class_name":"Sequential","config":'.repeat(5000)}0`;
    expect(await refusal(strToU8(deep), "model.json")).toContain("valid JSON");
    const nested = `{"modelTopology":${'{"class_name":"Sequential","config":{"name":"m","layers":['.repeat(300)}${"]}}".repeat(300)},"weightsManifest":[]}`;
    expect(await refusal(strToU8(nested), "model.json")).toContain("deep in each other");
  });

  it("shards elsewhere on the machine are refused", async () => {
    for (const path of ["../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "https://example.org/w.bin"]) {
      const json = {
        modelTopology: { class_name: "Sequential", config: { layers: [] } },
        weightsManifest: [{ paths: [path], weights: [] }],
      };
      expect(await refusal(strToU8(JSON.stringify(json)), "model.json")).toContain("shards beside the file");
    }
  });

  it("ONNX tensors of absurd sizes are refused", async () => {
    // ModelProto { ir_version 8, graph { initializer { dims 2^62, dims 8, data_type 1, name "w" } } }
    const tensor = [0x08, ...[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40], 0x08, 8, 0x10, 1, 0x42, 1, 0x77];
    const graph = [0x2a, tensor.length, ...tensor];
    expect(await refusal(Uint8Array.from([0x08, 8, 0x3a, graph.length, ...graph]), "m.onnx")).toContain("m.onnx: w");
  });

  it("HDF5 groups that lead back to themselves are refused", async () => {
    const bytes = new Uint8Array(readFileSync(filePath("keras2_lstm.h5")));
    const view = new DataView(bytes.buffer);
    // every B-tree node's first child becomes the node itself
    for (let at = 0; at + 40 < bytes.length; at += 8) {
      if (view.getUint32(at, true) === 0x45455254) view.setBigUint64(at + 32, BigInt(at), true);
    }
    expect(await refusal(bytes, "m.h5")).toMatch(/circles|tree/);
  });

  it.each([
    ["an empty file", new Uint8Array(0), "an empty file"],
    ["text", strToU8("hello, this is no model"), "a file of another kind"],
    ["a .npy array", strToU8("\x93NUMPY", true), "a .npy array"],
    ["a plain pickle", pickle("]"), "torch.save did not write"],
    ["a GGUF file", strToU8("GGUF\x03\x00\x00\x00"), "GGUF"],
    [
      "an index of shards",
      strToU8('{"metadata": {}, "weight_map": {"a": "model-1.safetensors"}}'),
      "the index of 1 shards",
    ],
  ] as const)("%s is named for what it is", async (_, bytes, words) => {
    expect(await refusal(bytes, "file")).toContain(words);
  });
});
