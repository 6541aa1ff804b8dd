import { decodeText } from "../formats/index.ts";
import { parseJson } from "../formats/json.ts";
import { type NetworkSpec, parseSpec } from "../spec/index.ts";
import { readBytes } from "./files.ts";

/**
 * The spec in a JSON file.
 * @throws EvanesceError naming the file and the field
 */
export function readSpec(path: string): NetworkSpec {
  const text = decodeText(path, readBytes(path));
  return parseSpec(parseJson(path, text, 'write a spec, e.g. {"kind": "recurrent"}'), path);
}
