/*
 * Files of torch.save. Since PyTorch 1.6 a zip archive: `NAME/data.pkl` holds the object, each `NAME/data/KEY` one
 * storage, and `NAME/byteorder` the order of bytes. Earlier versions write a sequence of pickles (a magic number, a
 * protocol, the machine, the object, the storages' keys), then the storages, each with its length before it.
 */
import { EvanesceError } from "../../base/errors.ts";
import type { Dtype } from "../../formats/array.ts";
import { ELEMENT_BYTES } from "../../formats/elements.ts";
import { readPickle } from "../pickle/machine.ts";
import { Global, type PickleValue } from "../pickle/values.ts";
import { openZip } from "../zip.ts";
import { MAGIC_LENGTH } from "./magic.ts";
import { STORAGES, type Storages } from "./tensors.ts";

/** The object that torch.save was called with, as data, and the storages of its tensors. */
export interface Saved {
  readonly value: PickleValue;
  readonly storages: Storages;
  readonly notes: readonly string[];
}

/** @throws EvanesceError for an archive that is TorchScript or does not come from torch.save */
export async function readArchive(bytes: Uint8Array, name: string): Promise<Saved> {
  const zip = openZip(bytes, name);
  const pickle = zip.names.find((entry) => /^[^/]+\/data\.pkl$/.test(entry));
  if (pickle === undefined) {
    const remedy = "save the model with torch.save(model.state_dict(), FILE)";
    throw new EvanesceError(
      name,
      "an archive of torch.save, which holds data.pkl",
      zip.names.slice(0, 8).join(", "),
      remedy,
    );
  }
  const root = pickle.slice(0, -"data.pkl".length);
  if (zip.names.some((entry) => entry.startsWith(`${root}code/`))) {
    const remedy = "a program is not run here: torch.save(torch.jit.load(FILE).state_dict(), OTHER) keeps its weights";
    throw new EvanesceError(name, "a file of torch.save", "a TorchScript program of torch.jit.save", remedy);
  }
  const { value } = readPickle(await zip.read(pickle), `${name}: data.pkl`);
  const held = new Map<string, Uint8Array>();
  for (const entry of zip.names) {
    if (entry.startsWith(`${root}data/`)) held.set(entry.slice(`${root}data/`.length), await zip.read(entry));
  }
  const order = `${root}byteorder`;
  const littleEndian = !zip.names.includes(order) || new TextDecoder().decode(await zip.read(order)) !== "big";
  return { value, storages: { get: (key) => held.get(key), littleEndian }, notes: [] };
}

/** @throws EvanesceError for a file that is truncated or malformed */
export function readOldArchive(bytes: Uint8Array, name: string): Saved {
  let at = MAGIC_LENGTH;
  const next = (what: string) => {
    const { value, end, persistent } = readPickle(bytes.subarray(at), `${name}: ${what}`);
    at += end;
    return { value, persistent };
  };
  const damaged = (rule: string, got: unknown) =>
    new EvanesceError(name, rule, got, "the file is damaged: save it again");
  next("protocol");
  next("machine");
  const { value, persistent } = next("object");
  const { value: keys } = next("keys");
  const dtypes = new Map<string, Dtype>();
  for (const { id } of persistent) {
    if (!Array.isArray(id) || id[0] !== "storage" || !(id[1] instanceof Global)) continue;
    if (Array.isArray(id[5])) throw damaged("storages of their own", "a view of another storage (PyTorch before 0.4)");
    const dtype = STORAGES[id[1].name];
    if (dtype !== undefined) dtypes.set(String(id[2]), dtype);
  }
  const held = new Map<string, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const key of Array.isArray(keys) ? keys : []) {
    const dtype = dtypes.get(String(key));
    if (dtype === undefined) throw damaged("storages of plain numbers", `storage ${String(key)} of another kind`);
    if (at + 8 > bytes.length) throw damaged(`storage ${String(key)}`, "the end of the file");
    const length = Number(view.getBigUint64(at, true)) * ELEMENT_BYTES[dtype];
    if (at + 8 + length > bytes.length)
      throw damaged(`${length} bytes of storage ${String(key)}`, bytes.length - at - 8);
    held.set(String(key), bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  const notes = ["This is an old-style .pth, from before PyTorch 1.6 or saved without a zip archive."];
  return { value, storages: { get: (key) => held.get(key), littleEndian: true }, notes };
}
