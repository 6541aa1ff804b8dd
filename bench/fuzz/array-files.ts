import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { zipSync } from "fflate";
import { writeNpy } from "../../src/formats/index.ts";
import { damaged } from "./hostile.ts";

/** A file that an option names, and what it is for. */
export interface ArrayFile {
  readonly use: "state" | "input" | "lengths" | "target";
  readonly name: string;
  readonly bytes: Uint8Array;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const npy = (...shape: number[]) =>
  writeNpy({ shape, data: new Float32Array(shape.reduce((product, axis) => product * axis, 1)).fill(1) });
const INPUT = npy(4, 2, 1);

/** Sound files: hostile ones are these, damaged. */
const SOUND: readonly ArrayFile[] = [
  { use: "state", name: "s.npy", bytes: npy(1, 2) },
  { use: "state", name: "s.json", bytes: bytesOf('{"h":[[1,-2.5]]}') },
  { use: "input", name: "x.npy", bytes: INPUT },
  { use: "input", name: "x.npz", bytes: zipSync({ "x.npy": INPUT, "lengths.npy": npy(2) }) },
  { use: "lengths", name: "l.txt", bytes: bytesOf("4\n2\n") },
  { use: "lengths", name: "l.npy", bytes: npy(4, 2) },
  { use: "target", name: "y.npy", bytes: npy(2, 2) },
];

export const ARRAY_FILES: readonly ArrayFile[] = [
  ...SOUND,
  { use: "input", name: "x.npz", bytes: zipSync({ "\u001b[2J\u202e.npy": INPUT, "../../x.npy": INPUT }) },
  { use: "input", name: "x.npz", bytes: zipSync({ [`${"a".repeat(60_000)}.npy`]: INPUT, "b.npy": INPUT }) },
  { use: "input", name: "x.npz", bytes: zipSync({ "x.npy": new Uint8Array(1e7), "lengths.npy": bytesOf("junk") }) },
  { use: "state", name: "s.json", bytes: bytesOf(`{"h":${"[".repeat(50_000)}`) },
  { use: "state", name: "s.json", bytes: bytesOf('{"h":[[1e999,"\u001b[2J"]],"__proto__":1}') },
  { use: "lengths", name: "l.txt", bytes: bytesOf(`${"9".repeat(100_000)}\n\u001b[2J`) },
];

export const damagedArrayFile: fc.Arbitrary<ArrayFile> = fc
  .constantFrom(...SOUND)
  .chain((file) => damaged(file.bytes).map((bytes) => ({ ...file, bytes })));

let folder: string | undefined;

/** The command line that reads such a file, which it writes to a temporary folder. */
export function argsFor({ use, name, bytes }: ArrayFile): string[] {
  folder ??= mkdtempSync(join(tmpdir(), "evanesce-fuzz-"));
  const at = (file: string) => join(folder as string, file);
  writeFileSync(at(name), bytes);
  if (use === "state") return ["rnn", "--hidden", "2", "--steps", "4", "--batch", "2", "--initial-state", at(name)];
  writeFileSync(at("spec.json"), '{"kind":"recurrent","hidden":2,"inputs":1}');
  if (use !== "input") writeFileSync(at("input.npy"), INPUT);
  const option = { input: "--input", lengths: "--sequence-lengths", target: "--target" }[use];
  const limits = ["--memory-limit", "32MiB"];
  const input = use === "input" ? [] : ["--input", at("input.npy")];
  return ["propagate", at("spec.json"), ...limits, ...input, option, at(name)];
}
