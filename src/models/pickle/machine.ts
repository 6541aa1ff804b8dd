/*
 * The pickle machine (Python's pickletools.py, protocols 0 to 5) as a reader of data: a stack, a memo and a table of
 * opcodes. REDUCE, OBJ, INST and NEWOBJ, which call something in Python, note what they would call. Extension codes and
 * buffers outside the file have no meaning here and are refused.
 */
import { EvanesceError } from "../../base/errors.ts";
import { Dict, Global, Made, Persistent, type PickleValue } from "./values.ts";

/** No honest pickle of a model comes near: a network of a thousand layers takes 10⁵ operations. */
const MOST_OPERATIONS = 5_000_000;

/**
 * Modules and functions whose only use in a pickle is to run something. Nothing here would run them; a file that names
 * them was made to do harm elsewhere, and whoever holds it should know.
 */
const HARMFUL = new RegExp(
  `^(?:${[
    "os|posix|nt|subprocess|sys|importlib|runpy|socket|shutil|pty|ctypes|codeop|marshal|webbrowser|timeit|pdb|bdb",
    "pip|distutils|setuptools|urllib|http|requests|asyncio",
    "code\\.(?:interact|Interactive\\w+)|commands\\.get\\w+|types\\.(?:FunctionType|CodeType|LambdaType)",
    "(?:builtins|__builtin__)\\.(?:eval|exec|execfile|compile|__import__|open|file|input|breakpoint|apply)",
    "(?:_?pickle|cPickle|dill|cloudpickle)\\.loads?|torch\\.(?:hub|load|serialization\\.load)|numpy\\.(?:testing|load)",
  ].join("|")})(?:\\.|$)`,
);

/**
 * The value a pickle describes.
 *
 * @param bytes the pickle; what follows its STOP is left alone
 * @param where how messages call it
 * @returns data only, see values.ts; the place after STOP; and the objects it asks its reader for
 * @throws EvanesceError for a pickle that is truncated or malformed, that names what runs programs, or that uses what
 *   is refused above
 */
export function readPickle(
  bytes: Uint8Array,
  where: string,
): { value: PickleValue; end: number; persistent: readonly Persistent[] } {
  const machine = new Machine(bytes, where);
  return { value: machine.run(), end: machine.at, persistent: machine.persistent };
}

const MARK = Symbol("mark");
const utf8 = new TextDecoder();
type Slot = PickleValue | typeof MARK;

class Machine {
  at = 0;
  readonly persistent: Persistent[] = [];
  private readonly view: DataView;
  private readonly stack: Slot[] = [];
  private readonly memo = new Map<number, PickleValue>();

  constructor(
    private readonly bytes: Uint8Array,
    private readonly where: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): PickleValue {
    for (let count = 0; ; count++) {
      if (count > MOST_OPERATIONS) throw this.bad(`at most ${MOST_OPERATIONS} operations`, "more");
      const opcode = this.byte();
      if (opcode === 0x2e) return this.pop(); // STOP
      this.step(opcode);
    }
  }

  private step(opcode: number): void {
    switch (opcode) {
      case 0x28: // MARK
        this.stack.push(MARK);
        return;
      case 0x30: // POP: a value, or the mark above it
        if (this.stack.pop() === undefined) throw this.bad("a value on the stack", "none");
        return;
      case 0x31: // POP_MARK
        this.marked();
        return;
      case 0x32: // DUP
        this.push(this.top());
        return;
      case 0x46: // FLOAT
        this.push(Number(this.line()));
        return;
      case 0x49: // INT, 00 and 01 being False and True
        this.push(this.integer(this.line()));
        return;
      case 0x4c: // LONG
        this.push(this.integer(this.line().replace(/L$/, "")));
        return;
      case 0x4a: // BININT
        this.push(this.view.getInt32(this.take(4), true));
        return;
      case 0x4b: // BININT1
        this.push(this.byte());
        return;
      case 0x4d: // BININT2
        this.push(this.view.getUint16(this.take(2), true));
        return;
      case 0x8a: // LONG1
        this.push(this.long(this.byte()));
        return;
      case 0x8b: // LONG4
        this.push(this.long(this.view.getUint32(this.take(4), true)));
        return;
      case 0x47: // BINFLOAT
        this.push(this.view.getFloat64(this.take(8), false));
        return;
      case 0x4e: // NONE
        this.push(null);
        return;
      case 0x88: // NEWTRUE
        this.push(true);
        return;
      case 0x89: // NEWFALSE
        this.push(false);
        return;
      case 0x53: // STRING, quoted
        this.push(this.line().replace(/^(['"])(.*)\1$/s, "$2"));
        return;
      case 0x56: // UNICODE
        this.push(this.line());
        return;
      case 0x54: // BINSTRING
        this.push(this.text(this.view.getUint32(this.take(4), true)));
        return;
      case 0x55: // SHORT_BINSTRING
      case 0x8c: // SHORT_BINUNICODE
        this.push(this.text(this.byte()));
        return;
      case 0x58: // BINUNICODE
        this.push(this.text(this.view.getUint32(this.take(4), true)));
        return;
      case 0x8d: // BINUNICODE8
        this.push(this.text(this.size8()));
        return;
      case 0x42: // BINBYTES
        this.push(this.raw(this.view.getUint32(this.take(4), true)));
        return;
      case 0x43: // SHORT_BINBYTES
        this.push(this.raw(this.byte()));
        return;
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        this.push(this.raw(this.size8()));
        return;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
      case 0x8f: // EMPTY_SET
        this.push([]);
        return;
      case 0x6c: // LIST
      case 0x74: // TUPLE
      case 0x91: // FROZENSET
        this.push(this.marked());
        return;
      case 0x85: // TUPLE1, 2, 3
      case 0x86:
      case 0x87: {
        const items: PickleValue[] = [];
        for (let i = 0x84; i < opcode; i++) items.unshift(this.pop());
        this.push(items);
        return;
      }
      case 0x61: // APPEND
        this.extend([this.pop()]);
        return;
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        this.extend(this.marked());
        return;
      case 0x7d: // EMPTY_DICT
        this.push(new Dict());
        return;
      case 0x64: {
        // DICT
        const pairs = this.marked();
        this.push(new Dict());
        this.setItems(pairs);
        return;
      }
      case 0x73: {
        // SETITEM
        const value = this.pop();
        this.setItems([this.pop(), value]);
        return;
      }
      case 0x75: // SETITEMS
        this.setItems(this.marked());
        return;
      case 0x63: // GLOBAL
        this.push(this.named(this.line(), this.line()));
        return;
      case 0x93: {
        // STACK_GLOBAL
        const name = this.pop();
        this.push(this.named(this.pop(), name));
        return;
      }
      case 0x52: {
        // REDUCE
        const args = this.pop();
        this.push(new Made(this.pop(), this.list(args)));
        return;
      }
      case 0x81: {
        // NEWOBJ
        const args = this.pop();
        this.push(new Made(this.pop(), this.list(args)));
        return;
      }
      case 0x92: {
        // NEWOBJ_EX: class, arguments, named arguments
        this.pop();
        const args = this.pop();
        this.push(new Made(this.pop(), this.list(args)));
        return;
      }
      case 0x6f: {
        // OBJ
        const [callee, ...args] = this.marked();
        if (callee === undefined) throw this.bad("a class to make an object of", "none");
        this.push(new Made(callee, args));
        return;
      }
      case 0x69: {
        // INST
        const callee = this.named(this.line(), this.line());
        this.push(new Made(callee, this.marked()));
        return;
      }
      case 0x62: {
        // BUILD
        const state = this.pop();
        const object = this.top();
        if (object instanceof Made) object.state = state;
        return;
      }
      case 0x50: // PERSID
        this.ask(this.line());
        return;
      case 0x51: // BINPERSID
        this.ask(this.pop());
        return;
      case 0x67: // GET
        this.push(this.recalled(Number(this.line())));
        return;
      case 0x68: // BINGET
        this.push(this.recalled(this.byte()));
        return;
      case 0x6a: // LONG_BINGET
        this.push(this.recalled(this.view.getUint32(this.take(4), true)));
        return;
      case 0x70: // PUT
        this.memo.set(Number(this.line()), this.top());
        return;
      case 0x71: // BINPUT
        this.memo.set(this.byte(), this.top());
        return;
      case 0x72: // LONG_BINPUT
        this.memo.set(this.view.getUint32(this.take(4), true), this.top());
        return;
      case 0x94: // MEMOIZE
        this.memo.set(this.memo.size, this.top());
        return;
      case 0x80: {
        // PROTO
        const protocol = this.byte();
        if (protocol > 5) throw this.bad("a pickle of protocol 0 to 5", `protocol ${protocol}`);
        return;
      }
      case 0x95: // FRAME: a hint for readers from a stream
        this.take(8);
        return;
      default:
        throw this.bad("an opcode of protocols 0 to 5 that needs nothing outside the file", `0x${opcode.toString(16)}`);
    }
  }

  private ask(id: PickleValue): void {
    const object = new Persistent(id);
    this.persistent.push(object);
    this.push(object);
  }

  private push(value: PickleValue): void {
    this.stack.push(value);
  }

  private pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined || value === MARK)
      throw this.bad("a value on the stack", value === MARK ? "a mark" : "none");
    return value;
  }

  private top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined || value === MARK)
      throw this.bad("a value on the stack", value === MARK ? "a mark" : "none");
    return value;
  }

  /** What stands above the last mark, which goes with it. */
  private marked(): PickleValue[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) throw this.bad("a mark on the stack", "none");
    return this.stack.splice(mark).slice(1) as PickleValue[];
  }

  private list(value: PickleValue): PickleValue[] {
    if (!Array.isArray(value)) throw this.bad("arguments that are a tuple", typeof value);
    return value;
  }

  private extend(values: readonly PickleValue[]): void {
    const target = this.top();
    const list = target instanceof Made ? target.list : target;
    if (!Array.isArray(list)) throw this.bad("a list to append to", typeof target);
    for (const value of values) list.push(value);
  }

  private setItems(pairs: readonly PickleValue[]): void {
    const target = this.top();
    const dict = target instanceof Made ? target.items : target;
    if (!(dict instanceof Dict) || pairs.length % 2 !== 0) throw this.bad("a dict, keys and values", typeof target);
    for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i], pairs[i + 1]);
  }

  private named(module: PickleValue, name: PickleValue): Global {
    if (typeof module !== "string" || typeof name !== "string") throw this.bad("a name that is text", typeof name);
    const global = new Global(module, name);
    if (HARMFUL.test(global.path)) {
      const remedy =
        "nothing was run; do not open this file with torch.load or pickle, and ask its author for a state_dict";
      throw new EvanesceError(this.where, "a pickle that names only what a model is made of", global.path, remedy);
    }
    return global;
  }

  private recalled(key: number): PickleValue {
    const value = this.memo.get(key);
    if (value === undefined) throw this.bad(`a value under ${key} in the memo`, "none");
    return value;
  }

  private integer(text: string): PickleValue {
    if (text === "00" || text === "01") return text === "01";
    if (!/^[+-]?\d{1,400}$/.test(text.trim())) throw this.bad("a whole number", text);
    return narrowed(BigInt(text.trim().replace(/^\+/, "")));
  }

  /** A little-endian integer in two's complement. Hashes and seeds are long, keys of 256 bytes are not a model's. */
  private long(length: number): PickleValue {
    if (length > 256) throw this.bad("an integer of at most 256 bytes", length);
    const start = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[start + i]);
    if (length > 0 && this.bytes[start + length - 1] >= 0x80) value -= 1n << BigInt(8 * length);
    return narrowed(value);
  }

  private byte(): number {
    return this.bytes[this.take(1)];
  }

  /** Steps over `count` bytes and returns where they begin. */
  private take(count: number): number {
    const start = this.at;
    if (!(count >= 0) || start + count > this.bytes.length) throw this.bad("a pickle that ends with STOP", "its end");
    this.at = start + count;
    return start;
  }

  private size8(): number {
    return Number(this.view.getBigUint64(this.take(8), true));
  }

  private raw(count: number): Uint8Array {
    const start = this.take(count);
    return this.bytes.subarray(start, start + count);
  }

  private text(count: number): string {
    return utf8.decode(this.raw(count));
  }

  /** Up to the next line feed, which it steps over. */
  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw this.bad("a line that ends", "the end of the pickle");
    const text = this.text(end - this.at);
    this.at = end + 1;
    return text;
  }

  private bad(rule: string, got: unknown): EvanesceError {
    return new EvanesceError(`${this.where}: byte ${this.at}`, rule, got, "the file is damaged: save it again");
  }
}

const narrowed = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
