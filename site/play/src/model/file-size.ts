import { EvanesceError } from "../../../../src/base/errors.ts";

/** Most bytes of a file that is read: a tab has little more memory for it. */
const MOST_BYTES = 2 ** 29;

/** @throws EvanesceError for a file that is too large to read */
export function requireReadable({ name, size }: { readonly name: string; readonly size: number }): void {
  if (size <= MOST_BYTES) return;
  throw new EvanesceError(name, `at most ${MOST_BYTES} bytes`, size, "open it with the command line");
}
