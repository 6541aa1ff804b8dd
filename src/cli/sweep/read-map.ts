import { dirname, resolve } from "node:path";
import { EvanesceError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { parseJson } from "../../formats/json.ts";
import { cellsOf } from "../../sweeps/cells.ts";
import { parseMap, type SweepMap } from "../../sweeps/map.ts";
import { withData } from "../../sweeps/node/data.ts";
import { PRESETS } from "../../sweeps/presets/index.ts";
import type { PlacedCell } from "../../sweeps/types.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { readBytes } from "../files.ts";
import { readNetworkFile } from "../spec.ts";

/** A map that was read, all of its cells, and the name that its journal takes. */
export interface PlannedMap {
  readonly map: SweepMap;
  readonly cells: readonly PlacedCell[];
  readonly where: string;
  readonly journal: string;
  /** Sentences on what was taken of a model file. */
  readonly notes: readonly string[];
}

/**
 * The map of a file or a preset, checked whole.
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
  const { map: whole, notes } = await withNetworkFile(parsed, folder);
  const { map, data } = withData(whole, folder, where);
  const cells = cellsOf(map, where, data);
  if (cells.length === 0)
    throw new EvanesceError(`${where}.only`, "at least one cell that matches", map.only, "widen it");
  const journal =
    path === undefined || path === "-"
      ? `${preset ?? "map"}.journal.jsonl`
      : `${path.replace(/\.json$/i, "")}.journal.jsonl`;
  return { map, cells, where, journal, notes };
}

/**
 * A map whose base is the path of a spec or a model file, with the spec in it. The task says how many inputs and
 * outputs there are, and every cell draws its weights: a sweep is over networks, not over one network's values.
 */
async function withNetworkFile(map: SweepMap, folder: string): Promise<{ map: SweepMap; notes: readonly string[] }> {
  const file: unknown = map.base.network;
  if (typeof file !== "string") return { map, notes: [] };
  const { spec, model } = await readNetworkFile(resolve(folder, file), {});
  const { inputs, outputs, ...network } = spec as NetworkSpec & Record<string, unknown>;
  void [inputs, outputs];
  return {
    map: { ...map, base: { ...map.base, network } },
    notes:
      model === undefined
        ? []
        : [`${file}: its structure is the base; every cell draws its own weights`, ...model.notes],
  };
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
