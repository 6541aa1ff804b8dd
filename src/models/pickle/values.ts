/*
 * The contents of a pickle, as data. A pickle is a program that builds objects. Here a class becomes a `Global`, a call
 * or an instance becomes a `Made`, and nothing is looked up, imported or run.
 */

/** A class or function, by name. */
export class Global {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** An object that the pickle requests from its reader, such as PyTorch's storages. */
export class Persistent {
  constructor(readonly id: PickleValue) {}
}

/**
 * A dict. Keys other than text, numbers, booleans and None become symbols, so that no name finds them.
 */
export class Dict {
  readonly entries = new Map<string | number | boolean | null | symbol, PickleValue>();

  set(key: PickleValue, value: PickleValue): void {
    const plain = key === null || ["string", "number", "boolean"].includes(typeof key);
    this.entries.set(plain ? (key as string) : Symbol("key"), value);
  }

  get(key: string | number): PickleValue | undefined {
    return this.entries.get(key);
  }
}

/**
 * The object that calling `callee` with `args` would give, and the data that the pickle then adds: a state, items of a
 * dict or of a list.
 */
export class Made {
  state: PickleValue | undefined;
  readonly items = new Dict();
  readonly list: PickleValue[] = [];

  constructor(
    readonly callee: PickleValue,
    readonly args: readonly PickleValue[],
  ) {}

  /** `torch.nn.modules.rnn.LSTM`, or "" where the callee has no name. */
  get type(): string {
    return this.callee instanceof Global ? this.callee.path : "";
  }
}

/** Lists, tuples and sets are all arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Dict
  | Global
  | Made
  | Persistent;

/** The entries of a dict, or of an object that behaves like one, such as `collections.OrderedDict`. */
export function entriesOf(value: PickleValue | undefined): Map<unknown, PickleValue> | undefined {
  if (value instanceof Dict) return value.entries;
  if (!(value instanceof Made) || !/(^|\.)(OrderedDict|defaultdict|dict|EasyDict|AttrDict)$/.test(value.type))
    return undefined;
  if (value.items.entries.size > 0) return value.items.entries;
  // protocols 0 and 1 give an OrderedDict its pairs in a list
  const [pairs] = value.args;
  if (!Array.isArray(pairs)) return pairs === undefined ? value.items.entries : entriesOf(pairs);
  const dict = new Dict();
  for (const pair of pairs) if (Array.isArray(pair) && pair.length === 2) dict.set(pair[0], pair[1]);
  return dict.entries;
}
