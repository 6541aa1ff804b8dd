import { EvanesceError } from "../base/errors.ts";
import { readSafetensors } from "../formats/index.ts";
import { tensorNumbers } from "../flow/index.ts";
import type { RecordEvent, RecordHeader, RecordUpdate } from "./types.ts";

/**
 * Computes the norms of updates that have none, but keep their gradients in a safetensors file beside the record. Other
 * events are not changed.
 *
 * @param load the bytes of a file beside the record, by its bare name
 * @throws EvanesceError for a name outside the record's folder, or a file without the gradients
 */
export async function* withArrays(
  events: AsyncIterable<RecordEvent>,
  load: (name: string) => Uint8Array,
): AsyncGenerator<RecordEvent> {
  let header: RecordHeader | undefined;
  for await (const event of events) {
    if (event.kind === "header") header = event.header;
    const wanted = event.kind === "update" && event.update.norm === undefined && event.update.arrays !== undefined;
    yield wanted && header !== undefined ? { kind: "update", update: measured(event.update, header, load) } : event;
  }
}

function measured(update: RecordUpdate, { tensors }: RecordHeader, load: (name: string) => Uint8Array): RecordUpdate {
  const name = update.arrays as string;
  // a record may come from anyone, so it may only name files in its own folder
  if (!/^[^/\\\0]+\.safetensors$/.test(name) || name.startsWith("..")) {
    throw new EvanesceError(
      `update ${update.update}: arrays`,
      "a file NAME.safetensors beside the record",
      name,
      "rename it",
    );
  }
  const { tensors: stored } = readSafetensors(load(name), name);
  const numbers = tensors.map((tensor) => {
    const found = stored.get(tensor.name);
    return found === undefined ? null : tensorNumbers(found.data as Float32Array | Float64Array);
  });
  return {
    ...update,
    norm: numbers.map((one) => (one === null ? null : Math.exp(one.lnNorm))),
    meanAbs: numbers.map((one) => (one === null ? null : Math.exp(one.lnMeanAbs))),
    zeros: numbers.map((one) => one?.zeroShare ?? null),
  };
}
