import { EvanesceError } from "../../base/errors.ts";
import { layerName } from "../../metrics/index.ts";
import type {
  Pieces,
  RecordColumn,
  RecordEvent,
  RecordHeader,
  RecordOrder,
  RecordStations,
  RecordTensor,
  RecordUpdate,
} from "../types.ts";
import { columnNumber } from "../types.ts";
import { type Line, linesOf } from "./lines.ts";

export const RECORD_SCHEMA = "evanesce.record/1";

const ORDERS: readonly RecordOrder[] = ["forward", "layers", "registered", "given"];
const COLUMNS = ["norm", "weightNorm", "updateNorm", "meanAbs", "zeros", "nonfinite", "underflow", "adam"] as const;

/**
 * `evanesce.record/1`: JSON lines, a header and then one line for each update. A line that is not complete JSON is
 * reported as torn. A last line without a line feed that cannot be read is not reported, because it is still being
 * written.
 *
 * @throws EvanesceError that names the line, if it is JSON but breaks the rules of the format
 */
export async function* readRecordLines(pieces: Pieces, name: string): AsyncGenerator<RecordEvent> {
  let tensors = -1;
  for await (const line of linesOf(pieces, name)) {
    const value = parsed(line);
    if (value === undefined) {
      if (line.whole) yield { kind: "torn", line: line.number };
      continue;
    }
    const where = `${name}: line ${line.number}`;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new EvanesceError(where, "a JSON object", value, "write a header and then one object for each update");
    }
    const fields = value as Readonly<Record<string, unknown>>;
    if ("schema" in fields) {
      const header = headerOf(fields, where);
      tensors = header.tensors.length;
      yield { kind: "header", header };
    } else if (tensors < 0) {
      const remedy = `begin with {"schema": "${RECORD_SCHEMA}", "tensors": [names]}`;
      throw new EvanesceError(where, "a header before the first update", "an update", remedy);
    } else yield { kind: "update", update: updateOf(fields, where, tensors) };
  }
}

function parsed({ text }: Line): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function headerOf(fields: Readonly<Record<string, unknown>>, where: string): RecordHeader {
  const { schema, tensors, order, axis, framework, model, loss, baseline, optimizer, frozen, after } = fields;
  if (schema !== RECORD_SCHEMA) {
    throw new EvanesceError(`${where}: schema`, RECORD_SCHEMA, schema, "record again, or use a version that knows it");
  }
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw new EvanesceError(`${where}: tensors`, "a list of at least one name", tensors, "name the parameters");
  }
  if (axis !== undefined && axis !== "layer" && axis !== "step") {
    throw new EvanesceError(`${where}: axis`, '"layer" or "step"', axis, "leave it out for layers");
  }
  const names = new Set<string>();
  const read = tensors.map((tensor: unknown, i) => {
    const one = tensorOf(tensor, `${where}: tensors.${i}`);
    if (names.has(one.name)) {
      throw new EvanesceError(`${where}: tensors.${i}`, "a name of its own", one.name, "name every tensor once");
    }
    names.add(one.name);
    return one;
  });
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  const optimizerName =
    typeof optimizer === "object" && optimizer !== null ? (optimizer as { name?: unknown }).name : optimizer;
  const level = columnNumber(baseline as number | null);
  return {
    tensors: read,
    order: ORDERS.find((known) => known === order) ?? "unknown",
    axis: axis ?? "layer",
    framework: text(framework),
    model: text(model),
    loss: text(loss),
    baseline: level !== undefined && Number.isFinite(level) && level >= 0 ? level : undefined,
    optimizer: text(optimizerName),
    frozen: Array.isArray(frozen) ? frozen.filter((one): one is string => typeof one === "string") : undefined,
    after: after === undefined ? undefined : afterOf(after, where),
  };
}

/** For each layer, the layers that it reads. */
function afterOf(value: unknown, where: string): Readonly<Record<string, readonly string[]>> {
  const entries =
    typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined;
  const right = entries?.every(([, of]) => Array.isArray(of) && of.every((one) => typeof one === "string"));
  if (entries !== undefined && right) return Object.fromEntries(entries);
  throw new EvanesceError(`${where}: after`, "a list of layers for every layer", value, "leave it out for a chain");
}

function tensorOf(value: unknown, where: string): RecordTensor {
  const fields = (typeof value === "object" && value !== null ? value : { name: value }) as Readonly<
    Record<string, unknown>
  >;
  const { name, shape, layer, tied, frozen, unoptimized, group } = fields;
  if (typeof name !== "string" || name === "") {
    throw new EvanesceError(where, "a name, or an object with one", value, "name the parameter");
  }
  if (shape !== undefined && !(Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n >= 0))) {
    throw new EvanesceError(`${where}.shape`, "a list of whole numbers", shape, "leave it out where it is not known");
  }
  return {
    name,
    layer: typeof layer === "string" && layer !== "" ? layer : layerName(name),
    shape: shape as readonly number[] | undefined,
    tied: Array.isArray(tied) ? tied.filter((one): one is string => typeof one === "string") : undefined,
    frozen: frozen === true ? true : undefined,
    unoptimized: unoptimized === true ? true : undefined,
    group: Number.isSafeInteger(group) ? (group as number) : undefined,
  };
}

function updateOf(fields: Readonly<Record<string, unknown>>, where: string, tensors: number): RecordUpdate {
  const { update, loss, rate, clip, scale, skipped, stations, arrays } = fields;
  if (!Number.isSafeInteger(update) || (update as number) < 0) {
    throw new EvanesceError(`${where}: update`, "a whole number ≥ 0", update, "number the updates from 0 on");
  }
  const columns: Partial<Record<(typeof COLUMNS)[number], RecordColumn>> = {};
  for (const key of COLUMNS) {
    const column = fields[key];
    if (column === undefined) continue;
    if (!Array.isArray(column) || column.length !== tensors) {
      const got = Array.isArray(column) ? `${column.length} entries` : column;
      throw new EvanesceError(
        `${where}: ${key}`,
        `${tensors} entries, one for each tensor`,
        got,
        "write null if there is none",
      );
    }
    columns[key] = column as RecordColumn;
  }
  const number = (value: unknown) => columnNumber(value as number | string | null | undefined);
  const rates = Array.isArray(rate) ? rate : rate === undefined || rate === null ? undefined : [rate];
  return {
    update: update as number,
    loss: number(loss),
    ...columns,
    rate: rates?.map((one) => number(one) ?? Number.NaN),
    clip: number(clip),
    scale: number(scale),
    skipped: skipped === true ? true : undefined,
    stations: stations === undefined ? undefined : stationsOf(stations, where),
    arrays: typeof arrays === "string" ? arrays : undefined,
  };
}

function stationsOf(value: unknown, where: string): RecordStations[] {
  if (!Array.isArray(value)) throw new EvanesceError(`${where}: stations`, "a list", value, "leave it out");
  return value.map((one: Readonly<Record<string, unknown>> | null, i) => {
    const { name, of, norm, replayed } = one ?? {};
    if (typeof name !== "string" || !Array.isArray(norm)) {
      throw new EvanesceError(
        `${where}: stations.${i}`,
        "{ name, norm: [one number for each step] }",
        one,
        "leave it out",
      );
    }
    const values = Float64Array.from(norm, (entry) => columnNumber(entry) ?? Number.NaN);
    return {
      name,
      of: typeof of === "string" ? of : "h",
      norm: values,
      replayed: typeof replayed === "number" ? replayed : undefined,
    };
  });
}
