import { dirname, resolve } from "node:path";
import { EvanesceError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { parseJson } from "../../formats/json.ts";
import { cellsOf } from "../../sweeps/cells.ts";
import { parseMap, type SweepMap } from "../../sweeps/map.ts";
import { withData } from "../../sweeps/node/data.ts";
import { hashOfFile, withWeights } from "../../sweeps/node/weights.ts";
import { PRESETS } from "../../sweeps/presets/index.ts";
import type { PlacedCell } from "../../sweeps/types.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { readBytes } from "../files.ts";
import { readNetworkFile } from "../spec.ts";

/** A map with all of its cells and the name of its journal. */
export interface PlannedMap {
  readonly map: SweepMap;
  readonly cells: readonly PlacedCell[];
  readonly where: string;
  readonly journal: string;
  /** Sentences about the use of a model file. */
  readonly notes: readonly string[];
}

/**
 * Reads the map of a file or a preset and checks all of it.
 * @throws EvanesceError naming the key, or the cell, that breaks a rule
 */
export async function readMap(path: string | undefined, preset: string | undefined): Promise<PlannedMap> {
  if ((path === undefined) === (preset === undefined)) {
    const got = path === undefined ? undefined : `${path} and --preset ${preset}`;
    throw new EvanesceError(
      "sweep",
      "either MAP.json or --preset NAME",
      got,
      "give one; `evanesce schema map` prints the keys of a map",
    );
  }
  const [input, where] = path === undefined ? [presetOf(preset as string), preset as string] : [fileOf(path), path];
  const parsed = parseMap(input, where);
  const folder = path === undefined || path === "-" ? process.cwd() : dirname(resolve(path));
  const { map: whole, notes, file } = await withNetworkFile(parsed, folder);
  const { map, data } = withData(whole, folder, where);
  const drawn = cellsOf(map, where, data);
  const cells = file === undefined ? drawn : withWeights(drawn, file.weights, file.model);
  if (file !== undefined) notes.push(weightsNote(parsed.base.network, cells));
  if (cells.length === 0)
    throw new EvanesceError(`${where}.only`, "at least one cell that matches", map.only, "widen it");
  const journal =
    path === undefined || path === "-"
      ? `${preset ?? "map"}.journal.jsonl`
      : `${path.replace(/\.json$/i, "")}.journal.jsonl`;
  return { map, cells, where, journal, notes };
}

/**
 * A map whose path of a spec or a model file is replaced by the spec, and the model file with whose weights cells may
 * begin. The task decides the number of inputs and outputs.
 */
async function withNetworkFile(map: SweepMap, folder: string) {
  const file: unknown = map.base.network;
  const notes: string[] = [];
  if (typeof file !== "string") return { map, notes, file: undefined };
  const path = resolve(folder, file);
  const { spec, model } = await readNetworkFile(path, {});
  const { inputs, outputs, ...network } = spec as NetworkSpec & Record<string, unknown>;
  void [inputs, outputs];
  notes.push(...(model?.notes ?? []));
  return {
    map: { ...map, base: { ...map.base, network } },
    notes,
    file: model === undefined ? undefined : { model, weights: { path, sha256: hashOfFile(path) } },
  };
}

/** A sentence: how many cells begin with the weights of the model file, and why the others do not. */
function weightsNote(file: unknown, cells: readonly PlacedCell[]): string {
  const own = cells.filter(({ weights }) => weights !== undefined).length;
  if (own === cells.length) return `${file}: every cell begins with its weights`;
  const why = "because a key of init is set, or its parameters have other shapes than those of the file";
  if (own === 0) return `${file}: every cell draws weights of its own, ${why}`;
  return `${file}: ${own} of ${cells.length} cells begin with its weights; the others draw weights of their own, ${why}`;
}

const fileOf = (path: string): unknown => {
  const text = new TextDecoder().decode(readBytes(path === "-" ? "/dev/stdin" : path));
  return parseJson(path, text, "`evanesce schema map` prints the keys of a map");
};

function presetOf(name: string): unknown {
  if (Object.hasOwn(PRESETS, name)) return PRESETS[name];
  const names = Object.keys(PRESETS);
  const near = nearest(name, names);
  throw new EvanesceError(
    "--preset",
    `one of ${names.join(", ")}`,
    name,
    near === undefined ? "choose one of these" : `did you mean ${near}?`,
  );
}
