import { decodeText } from "../formats/index.ts";
import { parseJson } from "../formats/json.ts";
import { type ReadResult, readResult } from "../report/index.ts";
import { readBytes } from "./files.ts";

/**
 * Reads a result that `--json` printed, from a file or from standard input for `-`.
 * @throws EvanesceError that names the file and, if a result was changed, the field
 */
export function readResultFile(path: string): ReadResult {
  const text = decodeText(path, readBytes(path));
  return readResult(parseJson(path, text, "print one with `evanesce rnn --json > result.json`"), path);
}
