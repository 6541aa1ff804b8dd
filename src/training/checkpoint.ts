/*
 * A run between two updates as three files: the weights, which load like other weights; the optimizer's tensors and the
 * recorded columns; and a JSON page that names the two and holds the rest. The page is written last, so the files that
 * it names are complete. It holds a checksum of each file and of itself: CRC-32C finds every change of up to 32
 * neighboring bits.
 */
import { EvanesceError } from "../base/errors.ts";
import { Crc } from "../formats/crc.ts";
import { decodeText, type NdArray, readSafetensors, toFloat32, writeSafetensors } from "../formats/index.ts";
import { parseJson } from "../formats/json.ts";
import { parameterTable } from "../spec/parameters.ts";
import type { TrainingState } from "./state.ts";
import { requireRun, requireWholeState } from "./state-check.ts";

const SCHEMA = "evanesce.checkpoint/2";
/** The older schema, which has no checksums. */
const OLDER_SCHEMA = "evanesce.checkpoint/1";
const REMEDY = "give the .json file of a checkpoint that `evanesce train --checkpoint` wrote";

/** A file of a checkpoint. The files are listed in the order of writing. */
export interface CheckpointFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The files of a checkpoint: `NAME-UPDATES.safetensors`, `NAME-UPDATES.state.safetensors`, then `NAME.json`, from which
 * a run resumes.
 *
 * @param name the name without folder and ending
 * @param about further facts about the run: plain data, stored unchanged
 */
export function packCheckpoint(state: TrainingState, name: string, about: object = {}): CheckpointFile[] {
  const stem = `${name}-${state.updates}`;
  const { parameters, trainer, recorded, carried, ...head } = state;
  const { tensors, ...trainerHead } = trainer;
  const { losses, columns, ...recordedHead } = recorded;
  const numbers = { losses, ...named(columns, "columns.") };
  const files = [
    { name: `${stem}.safetensors`, bytes: packWeights(state) },
    {
      name: `${stem}.state.safetensors`,
      bytes: writeSafetensors([
        ...vectors(named(tensors, "trainer."), Float32Array),
        ...vectors(named({ ...carried }, "carried."), Float32Array),
        ...vectors(named(numbers, "recorded."), Float64Array),
      ]),
    },
  ];
  const page = {
    ...head,
    schema: SCHEMA,
    about,
    weights: files[0].name,
    state: files[1].name,
    checksums: files.map(({ bytes }) => checksum(bytes)),
    trainer: trainerHead,
    recorded: recordedHead,
  };
  return [...files, { name: `${name}.json`, bytes: encoder.encode(sealed(JSON.stringify(page, tag))) }];
}

const encoder = new TextEncoder();

/** CRC-32C as eight hexadecimal digits. */
const checksum = (bytes: Uint8Array): string => new Crc("crc32c").add(bytes).value.toString(16).padStart(8, "0");

/** The text of an object with its own checksum as its last entry. */
const sealed = (object: string): string => `${object.slice(0, -1)},"checksum":"${checksum(encoder.encode(object))}"}\n`;

/** @throws EvanesceError for a page that was changed */
function requireSeal(page: Uint8Array, file: string): void {
  const text = new TextDecoder().decode(page);
  const [, object, found] = /^(.*),"checksum":"([0-9a-f]{8})"\}\n$/s.exec(text) ?? [];
  const right = object === undefined ? undefined : checksum(encoder.encode(`${object}}`));
  if (right !== undefined && found === right) return;
  const rule = "a page as it was written, with its checksum at its end";
  throw new EvanesceError(file, rule, found ?? "none", "resume from an earlier checkpoint, or start anew");
}

/** @throws EvanesceError for a file that does not belong to the page, or that was changed */
function requireChecksum(bytes: Uint8Array, name: string, right: unknown): void {
  const found = checksum(bytes);
  if (found === right) return;
  const rule = `the file its checkpoint was written with, CRC-32C ${right}`;
  throw new EvanesceError(name, rule, found, "resume from an earlier checkpoint, or start anew");
}

/** A run's parameters as a safetensors file, under PyTorch's names and in their shapes. */
export function packWeights({ spec, sizes, parameters }: TrainingState): Uint8Array {
  const tensors = parameterTable(spec, sizes).map(
    ({ name, shape }) => [name, { shape, data: parameters[name] }] as const,
  );
  return writeSafetensors(tensors, { format: "pt" });
}

/**
 * Reads the run in a checkpoint, and the facts that were stored with it.
 *
 * @param page the bytes of its `.json` file, which messages call `file`
 * @param read returns the bytes of a file that the page names
 * @throws EvanesceError that names a file that is not part of a checkpoint
 */
export function unpackCheckpoint(
  page: Uint8Array,
  file: string,
  read: (name: string) => Uint8Array,
): { readonly state: TrainingState; readonly about: unknown } {
  const value = parseJson(file, decodeText(file, page), REMEDY) as Page | null;
  if (typeof value !== "object" || (value?.schema !== SCHEMA && value?.schema !== OLDER_SCHEMA)) {
    throw new EvanesceError(file, `a checkpoint, "schema": "${SCHEMA}"`, value?.schema, REMEDY);
  }
  const isSealed = value.schema === SCHEMA;
  if (isSealed) requireSeal(page, file);
  const { weights, state, checksums, trainer, recorded, about, checksum: _, ...head } = untag(value) as Page;
  for (const [key, part] of Object.entries({ weights, state })) {
    if (typeof part !== "string") throw new EvanesceError(`${file}: ${key}`, "the name of a file", part, REMEDY);
  }
  requireRun(head, trainer, recorded, file);
  const [parameters, rest] = [weights, state].map((name, i) => {
    const bytes = read(name);
    if (isSealed) requireChecksum(bytes, name, checksums?.[i]);
    return tensorsOf(name, bytes);
  });
  const numbers = unnamed(rest, "recorded.");
  const carried = mapped(unnamed(rest, "carried."), (tensor, name) => toFloat32(`${state}: ${name}`, tensor));
  const columns = unnamed(numbers, "columns.");
  const run = {
    ...head,
    schema: "evanesce.training/1",
    ...(carried.h === undefined ? {} : { carried }),
    parameters: mapped(parameters, (tensor, name) => toFloat32(`${weights}: ${name}`, tensor)),
    trainer: {
      ...trainer,
      tensors: mapped(unnamed(rest, "trainer."), (tensor, name) => toFloat32(`${state}: ${name}`, tensor)),
    },
    recorded: {
      ...recorded,
      losses: Array.from((numbers.losses?.data ?? []) as Float64Array),
      columns: mapped(columns, ({ data }) => Array.from(data as Float64Array)),
    },
  } as unknown as TrainingState;
  requireWholeState(run, file);
  return { state: run, about };
}

interface Page {
  readonly schema: string;
  readonly weights: string;
  readonly state: string;
  readonly checksums?: readonly string[];
  readonly checksum?: string;
  readonly about?: unknown;
  readonly trainer: object;
  readonly recorded: object;
}

type Named<Value> = Readonly<Record<string, Value>>;

const named = <Value>(entries: Named<Value>, prefix: string): Named<Value> =>
  Object.fromEntries(Object.entries(entries).map(([key, value]) => [prefix + key, value]));

const unnamed = <Value>(entries: Named<Value>, prefix: string): Named<Value> =>
  Object.fromEntries(
    Object.entries(entries).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );

const mapped = <From, To>(entries: Named<From>, of: (value: From, name: string) => To): Named<To> =>
  Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, of(value, key)]));

const vectors = (entries: Named<ArrayLike<number>>, Type: Float32ArrayConstructor | Float64ArrayConstructor) =>
  Object.entries(entries).map(([key, values]) => [key, { shape: [values.length], data: Type.from(values) }] as const);

const tensorsOf = (file: string, bytes: Uint8Array): Named<NdArray> =>
  Object.fromEntries(readSafetensors(bytes, file).tensors);

/** JSON has no NaN and no infinities. They are written as `{"number": "NaN"}`, so that they can be read back. */
const tag = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value;

function untag(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untag);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0][0] === "number") return Number(entries[0][1]);
  return Object.fromEntries(entries.map(([key, entry]) => [key, untag(entry)]));
}
