import { readFileSync } from "node:fs";
import { EvanesceError } from "../../base/errors.ts";
import type { Model } from "../../models/index.ts";
import { sizesFrom } from "../../network/fitting.ts";
import { elements, parameterTable } from "../../spec/parameters.ts";
import { taskOutline } from "../../tasks/index.ts";
import type { CellPlan, PlacedCell, WeightsFile } from "../types.ts";
import { taskWithData } from "./data.ts";
import { sha256 } from "./hash.ts";

/** Parameters by name, row-major. */
export type Weights = Model["parameters"];

/**
 * The cells. A cell gets the weights of a model file if it sets no key of its initialization and its parameters have
 * the names and sizes of the model's.
 */
export function withWeights<Cell extends PlacedCell>(
  cells: readonly Cell[],
  weights: WeightsFile,
  model: Pick<Model, "parameters">,
): Cell[] {
  const known = new Map<string, boolean>();
  const fits = (cell: Cell) => {
    const key = JSON.stringify([cell.network, cell.task]);
    const found = known.get(key) ?? hasParametersOf(cell, model);
    known.set(key, found);
    return found;
  };
  return cells.map((cell) => (setsInitialization(cell) || !fits(cell) ? cell : { ...cell, weights }));
}

const setsInitialization = ({ settings }: PlacedCell) =>
  Object.keys(settings).some((key) => /^(network\.)?init\./.test(key));

function hasParametersOf(cell: PlacedCell, { parameters }: Pick<Model, "parameters">): boolean {
  const { network } = cell;
  const sizes = sizesFrom(taskOutline(taskWithData(cell), network.kind));
  const table = parameterTable(network, {
    inputs: network.inputs ?? sizes.inputs,
    outputs: network.outputs ?? sizes.outputs,
  });
  return (
    table.length === Object.keys(parameters).length &&
    table.every(({ name, shape }) => parameters[name]?.length === elements(shape))
  );
}

const loaded = new Map<string, Weights>();

/**
 * Reads the weights of a cell's model file, once for each file.
 * @throws EvanesceError if the file has changed since the sweep was planned
 */
export async function loadWeights({ weights }: Pick<CellPlan, "weights">): Promise<void> {
  if (weights === undefined || loaded.has(weights.sha256)) return;
  const { path, sha256: expected } = weights;
  const found = hashOfFile(path);
  if (found !== expected) {
    const rule = `contents of hash ${expected.slice(0, 12)}…`;
    throw new EvanesceError(path, rule, `${found.slice(0, 12)}…`, "start the sweep again: the file has changed");
  }
  const { readModel } = await import("../../models/index.ts");
  loaded.set(expected, (await readModel(path)).parameters);
}

/** The weights of a cell, which `loadWeights` has read; undefined if it draws its own. */
export const weightsOf = ({ weights }: Pick<CellPlan, "weights">): Weights | undefined =>
  weights && loaded.get(weights.sha256);

/** Everything that `loadWeights` has read, for the threads that measure cells. */
export const loadedWeights = (): ReadonlyMap<string, Weights> => loaded;

/** Takes the weights that another thread has read. */
export function takeWeights(weights: ReadonlyMap<string, Weights>): void {
  for (const [hash, values] of weights) loaded.set(hash, values);
}

/** SHA-256 of a file. @throws EvanesceError if it cannot be read */
export function hashOfFile(path: string): string {
  try {
    return sha256(readFileSync(path));
  } catch (error) {
    throw new EvanesceError(path, "a readable model file", (error as Error).message, "check base.network of the map");
  }
}
