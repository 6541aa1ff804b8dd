import { EvanesceError } from "../../base/errors.ts";
import type { Pieces, RecordEvent } from "../types.ts";
import { linesOf } from "./lines.ts";
import { type Logged, Scalars } from "./scalars.ts";

/** The key of W&B's step, and other keys that may number a row. */
const STEPS = ["_step", "step", "global_step", "trainer/global_step", "update", "iteration"];
/** A JSON list of at most this many characters is read at once. */
const MOST_LIST = 2 ** 29;

/**
 * W&B's exported history: one row for each step, as JSON lines or as one JSON list. Keys such as `gradients/fc.weight`,
 * which `wandb.watch` logs, hold histograms.
 *
 * @throws EvanesceError that names a row without a step
 */
export async function* readHistory(pieces: Pieces, name: string): AsyncGenerator<RecordEvent> {
  const scalars = new Scalars(false, [
    "Read from W&B's history. The norm of a gradient is estimated from the centers of the bins of its histogram.",
  ]);
  let row = 0;
  for await (const { value, line } of rowsOf(pieces, name)) {
    if (value === undefined) {
      yield { kind: "torn", line };
      continue;
    }
    const fields = value as Readonly<Record<string, unknown>>;
    const key = STEPS.find((one) => typeof fields[one] === "number");
    const step = key === undefined ? row : (fields[key] as number);
    row++;
    if (!Number.isSafeInteger(step) || step < 0) {
      throw new EvanesceError(`${name}: line ${line}: ${key}`, "a whole number ≥ 0", step, "export the history again");
    }
    for (const [one, logged] of Object.entries(fields)) {
      const number = one === key ? undefined : loggedOf(logged);
      if (number !== undefined) yield* scalars.add(step, one, number);
    }
  }
  yield* scalars.flush();
}

/** The object of each line, or the objects of a list; undefined for an incomplete line. */
async function* rowsOf(pieces: Pieces, name: string): AsyncGenerator<{ value: unknown; line: number }> {
  let list = "";
  for await (const { number, text, whole } of linesOf(pieces, name)) {
    if (list !== "" || (number === 1 && text.trimStart().startsWith("["))) {
      list += `${text}\n`;
      if (list.length > MOST_LIST) {
        throw new EvanesceError(name, `a list of at most ${MOST_LIST} characters`, "more", "export it as JSON lines");
      }
      continue;
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      if (!whole) return;
    }
    yield { value: typeof value === "object" && value !== null ? value : undefined, line: number };
  }
  if (list === "") return;
  let values: unknown;
  try {
    values = JSON.parse(list);
  } catch (error) {
    throw new EvanesceError(name, "a whole JSON list", (error as Error).message, "export the history again");
  }
  for (const value of Array.isArray(values) ? values : [])
    yield { value: typeof value === "object" && value !== null ? value : undefined, line: 1 };
}

/** A number, or the norm that a histogram `{ _type: "histogram", values, bins | packedBins }` estimates. */
function loggedOf(value: unknown): Logged | undefined {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  if (typeof value !== "object" || value === null) return undefined;
  const { _type, values, bins, packedBins } = value as Readonly<Record<string, unknown>>;
  if (_type !== "histogram" || !Array.isArray(values)) return undefined;
  const packed = packedBins as { min?: number; size?: number } | undefined;
  const edge = (i: number) =>
    Array.isArray(bins) ? Number(bins[i]) : Number(packed?.min ?? Number.NaN) + i * Number(packed?.size ?? Number.NaN);
  let [count, absolute, squares] = [0, 0, 0];
  values.forEach((many: unknown, i) => {
    const [n, left, right] = [Number(many), edge(i), edge(i + 1)];
    if (!(n > 0)) return;
    const middle = (left + right) / 2;
    count += n;
    absolute += n * Math.abs(middle);
    squares += n * middle * middle;
  });
  return { norm: Math.sqrt(squares), meanAbs: absolute / Math.max(count, 1) };
}
