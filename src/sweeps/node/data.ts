import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { EvanesceError } from "../../base/errors.ts";
import type { TaskInput } from "../../tasks/index.ts";
import type { SweepMap } from "../map.ts";
import type { CellPlan, DataFile } from "../types.ts";
import { sha256 } from "./hash.ts";

/** The option of a task that gets the bytes of a file, by the name of the file in a map. */
const OPTIONS: Readonly<Record<string, string>> = { csv: "bytes", text: "bytes", images: "images", labels: "labels" };
/** The task of a file, if the map names no task. */
const TASKS: Readonly<Record<string, readonly [recurrent: string, feedforward: string]>> = {
  csv: ["csv", "csv_classes"],
  text: ["text", "text"],
  images: ["sequential_images", "images"],
};

/**
 * Reads the files of a map once to find their hashes. Returns them, and the map with their task.
 *
 * @param folder the folder to which paths are relative
 * @throws EvanesceError for a file of no known kind, or one that cannot be read
 */
export function withData(map: SweepMap, folder: string, where: string): { map: SweepMap; data: DataFile[] } {
  const { data = {}, network, task } = map.base;
  const names = Object.keys(data);
  if (names.length === 0) return { map, data: [] };
  const unknown = names.find((name) => !Object.hasOwn(OPTIONS, name));
  if (unknown !== undefined) {
    const rule = `one of ${Object.keys(OPTIONS).join(", ")}`;
    throw new EvanesceError(`${where}.base.data`, rule, unknown, 'write { "csv": "table.csv" }');
  }
  const files = names.map((name) => {
    const path = resolve(folder, data[name]);
    return { option: OPTIONS[name], path, sha256: sha256(read(path)) };
  });
  const [recurrent, feedforward] = TASKS[names[0]] ?? TASKS.images;
  const usualTask = network.kind === "recurrent" ? recurrent : feedforward;
  return { map: { ...map, base: { ...map.base, task: task ?? usualTask } }, data: files };
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new EvanesceError(path, "a readable file", (error as Error).message, "check base.data of the map");
  }
}

const contents = new Map<string, Uint8Array>();

/**
 * The task of a cell with its files.
 * @throws EvanesceError if a file has changed since the sweep was planned
 */
export function taskWithData({ task, data = [] }: CellPlan): TaskInput {
  if (data.length === 0) return task;
  const options = typeof task === "string" ? { name: task } : task;
  const files = data.map(({ option, path, sha256: expected }) => {
    let bytes = contents.get(expected);
    if (bytes === undefined) {
      bytes = read(path);
      const found = sha256(bytes);
      if (found !== expected) {
        throw new EvanesceError(
          path,
          `contents of hash ${expected.slice(0, 12)}…`,
          `${found.slice(0, 12)}…`,
          "start the sweep again: the file has changed",
        );
      }
      contents.set(expected, bytes);
    }
    return [option, bytes] as const;
  });
  return { ...options, ...Object.fromEntries(files), file: basename(data[0].path) } as unknown as TaskInput;
}
