import { EvanesceError } from "../../errors.ts";
import type { FlowResult } from "../result.ts";
import { fieldsOf } from "./fields.ts";
import { readFlow } from "./flow.ts";

/** A result that was printed with `--json`, by its schema. */
export type ReadResult = { readonly schema: "evanesce.flow/1"; readonly result: FlowResult };

/** What reads each kind of result. */
const READERS: Readonly<Record<ReadResult["schema"], (value: ReturnType<typeof fieldsOf>) => ReadResult>> = {
  "evanesce.flow/1": (fields) => ({ schema: "evanesce.flow/1", result: readFlow(fields) }),
};

/**
 * A result read back from parsed JSON.
 *
 * @param where how messages call it: the file
 * @throws EvanesceError where it is no result, or one that was changed
 */
export function readResult(value: unknown, where: string): ReadResult {
  const fields = fieldsOf(value, where);
  const schemas = Object.keys(READERS) as ReadResult["schema"][];
  const schema = fields.value("schema");
  const known = schemas.find((name) => name === schema);
  if (known === undefined) {
    const rule = `a result of evanesce, its schema one of ${schemas.join(", ")}`;
    throw new EvanesceError(`${where}.schema`, rule, schema, "print one with `evanesce rnn --json > result.json`");
  }
  return READERS[known](fields);
}
