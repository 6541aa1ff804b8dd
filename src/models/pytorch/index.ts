import type { StateDict } from "../state-dict/types.ts";
import { readArchive, readOldArchive } from "./archive.ts";
import { stateOf } from "./contents.ts";

/** The tensors of a file of torch.save. @throws EvanesceError for a damaged file, or one that holds no model */
export const readPytorch = async (bytes: Uint8Array, file: string): Promise<StateDict> =>
  stateOf(await readArchive(bytes, file), file);

/** The tensors of a file of torch.save from before PyTorch 1.6. */
export const readOldPytorch = (bytes: Uint8Array, file: string): StateDict =>
  stateOf(readOldArchive(bytes, file), file);
