/*
 * Model files: each read as a user would, its gradients set against its own framework's.
 */
import { readFileSync } from "node:fs";
import { EvanesceError } from "../../src/base/errors.ts";
import { readModel } from "../../src/models/index.ts";
import { errors, filePath, goldens, read } from "../../test/models/golden.ts";
import type { DoorRow } from "./row.ts";

/** Files that must not be taken for a model. */
const REFUSED: readonly (readonly [string, Uint8Array, string])[] = [
  ["empty.pt", new Uint8Array(0), "nothing"],
  ["notes.txt", new TextEncoder().encode("hello"), "text"],
  ["x.npy", Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59), "a .npy array"],
  ["model.gguf", new TextEncoder().encode("GGUF...."), "quantized tensors"],
  ["model.index.json", new TextEncoder().encode('{"weight_map": {"a": "model-1.safetensors"}}'), "an index of shards"],
  ["cut.pt", new Uint8Array(readFileSync(filePath("lstm.pt"))).subarray(0, 900), "half an archive"],
];

export async function modelRows(): Promise<DoorRow[]> {
  const rows: DoorRow[] = [];
  for (const entry of goldens()) {
    const model = await read(entry);
    const error = Math.max(...Object.values(errors(model, entry)));
    const options = Object.entries(entry.options).map(([key, value]) => `--${key} ${String(value)}`);
    const said = [...options, ...model.notes].join(" ");
    rows.push({ file: entry.file, format: model.format, holds: entry.about, said, error });
  }
  for (const [file, bytes, holds] of REFUSED) {
    const said = await readModel(bytes, { name: file }).then(
      () => "read, and should not have been",
      (error: unknown) => (error instanceof EvanesceError ? error.message : `internal: ${String(error)}`),
    );
    rows.push({ file, format: "refused", holds, said, error: null });
  }
  return rows;
}
