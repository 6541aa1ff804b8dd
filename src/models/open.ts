import { EvanesceError, InternalError } from "../base/errors.ts";
import type { Contents } from "./network/index.ts";
import { readContents } from "./read.ts";
import { opened } from "./source.ts";
import type { ModelOptions } from "./types.ts";

export { assembled, type Contents, listed } from "./network/index.ts";

/** Everything a model file holds, before any part is chosen. */
export async function openModel(
  source: Uint8Array | ArrayBuffer | string,
  options: ModelOptions = {},
): Promise<Contents> {
  const { bytes, file, readSibling } = opened(source, options);
  try {
    return await readContents(bytes, file, options, readSibling);
  } catch (error) {
    if (error instanceof EvanesceError || error instanceof InternalError) throw error;
    // a damaged file caused a read past its end, or a stack overflow
    throw new EvanesceError(file, "a sound model file", (error as Error).message, "the file is damaged: copy it again");
  }
}
