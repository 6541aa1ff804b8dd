import { EvanesceError } from "../base/errors.ts";

/** The safetensors reference implementation's limit, used for `.npy` as well: no honest header is near it. */
export const MOST_HEADER_BYTES = 100_000_000;

/**
 * UTF-8 as text, a byte order mark left out.
 *
 * @throws EvanesceError for bytes that are not UTF-8, or too many for one string
 */
export function decodeText(where: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new EvanesceError(where, "UTF-8 text", `${bytes.length} bytes that are not`, "save the file as UTF-8");
  }
}
