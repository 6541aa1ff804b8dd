import { EvanesceError } from "../base/errors.ts";
import { type NdArray, readNpy } from "../formats/index.ts";
import { readBytes } from "./files.ts";

/** The names of the arrays of an .npz archive. */
export async function membersOf(file: string): Promise<string[]> {
  const { openZip } = await import("../models/zip.ts");
  return openZip(readBytes(file), file).names.map((name) => name.replace(/\.npy$/, ""));
}

/** Reads an array: an .npy file, or a member of an .npz archive, `data.npz:x`, or `data.npz` if it has only one. */
export async function readArray(path: string): Promise<NdArray> {
  const match = /^(.+\.npz)(?::(.+))?$/i.exec(path);
  if (match === null) return readNpy(readBytes(path), path);
  const [, file, wanted] = match;
  const { openZip } = await import("../models/zip.ts");
  const archive = openZip(readBytes(file), file);
  const members = archive.names.map((name) => name.replace(/\.npy$/, ""));
  const member = wanted ?? (members.length === 1 ? members[0] : undefined);
  const at = member === undefined ? -1 : members.indexOf(member);
  if (at < 0) {
    const rule = wanted === undefined ? "one array, or the name of the array to read" : "an array of the archive";
    throw new EvanesceError(
      path,
      rule,
      wanted ?? `${members.length} arrays`,
      `write, for example, ${file}:${members[0] ?? "x"}; the archive holds ${members.slice(0, 8).join(", ") || "none"}${members.length > 8 ? ", …" : ""}`,
    );
  }
  return readNpy(await archive.read(archive.names[at]), `${file}:${member}`);
}
