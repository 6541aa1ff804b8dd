import { EvanesceError } from "../../src/base/errors.ts";
import { prepareTask } from "../../src/tasks/index.ts";
import { ODD_TABLES, type OddTable } from "../../test/tasks/table/odd-tables.ts";
import type { DoorRow } from "./row.ts";

/** Tables of people, with all unusual forms that the tests cover. */
export const tableRows = async (): Promise<DoorRow[]> => ODD_TABLES.map(tried);

function tried(table: OddTable): DoorRow {
  const { name, file, kind, options, says = [], refused, sizes } = table;
  const sequence = kind === "sequence";
  const common = { file: sequence ? "series" : "table", format: formatOf(file), holds: name, error: null };
  try {
    const task = { name: "csv", bytes: file, file: "t.csv", ...(sequence ? { steps: 10 } : {}), ...options };
    const sampler = prepareTask(task, sequence ? "recurrent" : "feedforward");
    const { inputSize, outputSize, notes = [] } = sampler({ batch: Math.min(3, sampler.data?.size ?? 3), seed: 1 });
    const unsaid = says.find((pattern) => !notes.some((note) => pattern.test(note)));
    const fault =
      refused !== undefined
        ? `to be refused with ${refused}`
        : unsaid !== undefined
          ? `to be said: ${unsaid}`
          : sizes !== undefined && (sizes[0] !== inputSize || sizes[1] !== outputSize)
            ? `${sizes[0]} inputs and ${sizes[1]} outputs`
            : undefined;
    return {
      ...common,
      said: notes.join(" "),
      ...(fault === undefined ? {} : { fault }),
    };
  } catch (error) {
    if (!(error instanceof EvanesceError)) throw error;
    const right = refused?.test(error.message) === true;
    return {
      ...common,
      said: error.message,
      ...(right ? {} : { fault: `not this refusal: ${refused ?? "it is to be read"}` }),
    };
  }
}

function formatOf(file: string | Uint8Array): string {
  const text = typeof file === "string" ? file : new TextDecoder("latin1").decode(file.subarray(0, 200));
  if (/^\s*[{[]/.test(text)) return "JSON";
  return text.includes("\t") ? "TSV" : "CSV";
}
