/*
 * Returns bytes unchanged, and reads a path through Node's file system. The file system is loaded only for a path, so
 * that bundlers for browsers do not see it.
 */
import { EvanesceError } from "../base/errors.ts";
import { requireKnown, requireObject } from "../base/options-check.ts";
import type { SiblingReader } from "./sibling-reader.ts";
import type { ModelOptions } from "./types.ts";

interface FileSystem {
  readFileSync(path: string): Uint8Array;
}

/** Every option of `ModelOptions`; a missing one is a type error. */
const OPTIONS = {
  name: true,
  files: true,
  prefix: true,
  rename: true,
  ignore: true,
  part: true,
  order: true,
  activation: true,
  cell: true,
  pooling: true,
  decoder: true,
} satisfies Record<keyof ModelOptions, true>;

/** @throws EvanesceError for an unknown option, a path outside Node, or a file that cannot be read */
export function opened(
  source: Uint8Array | ArrayBuffer | string,
  options: ModelOptions,
): { bytes: Uint8Array; file: string; readSibling: SiblingReader } {
  requireObject("readModel", options, "give { name, files, … } or leave it out");
  requireKnown("readModel", options, Object.keys(OPTIONS));
  const { files = {}, name } = options;
  const fromFiles = (key: string): Uint8Array | undefined => (Object.hasOwn(files, key) ? files[key] : undefined);
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) {
    const bytes = source instanceof Uint8Array ? source : new Uint8Array(source);
    return { bytes, file: name ?? "model", readSibling: async (key) => fromFiles(key) };
  }
  if (typeof source !== "string") {
    throw new EvanesceError(
      "readModel",
      "a file's bytes (Uint8Array or ArrayBuffer), or a path",
      source,
      "read the file first",
    );
  }
  const system = fileSystem();
  if (system === undefined) {
    throw new EvanesceError(
      "readModel",
      "bytes, outside Node",
      source,
      "pass new Uint8Array(await file.arrayBuffer())",
    );
  }
  const folder = source.replace(/[^/\\]*$/, "");
  return {
    bytes: read(system, source),
    file: name ?? source,
    readSibling: async (key) => fromFiles(key) ?? read(system, `${folder}${key}`),
  };
}

function fileSystem(): FileSystem | undefined {
  const host = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } };
  return host.process?.getBuiltinModule?.("node:fs") as FileSystem | undefined;
}

function read(system: FileSystem, path: string): Uint8Array {
  try {
    const buffer = system.readFileSync(path);
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  } catch (error) {
    throw new EvanesceError(path, "a readable file", (error as Error).message, "check the path");
  }
}
