/*
 * The pickle machine (Python's pickletools.py, protocols 0 to 5) as a reader of data: a stack, a memo and a table of
 * opcodes. REDUCE, OBJ, INST and NEWOBJ, which call something in Python, only record the call. Extension codes and
 * buffers outside the file have no meaning here and are refused.
 */
import { PickleBytes } from "./bytes.ts";
import { requireHarmless } from "./harmful.ts";
import { PickleStack } from "./stack.ts";
import { Dict, Global, Made, Persistent, type PickleValue } from "./values.ts";

/** Limit of operations: a network of a thousand layers takes 10⁵. */
const MOST_OPERATIONS = 5_000_000;

/**
 * The value that a pickle describes.
 *
 * @param bytes the pickle; bytes after its STOP are not read
 * @param where its name in messages
 * @returns data only, see values.ts; the place after STOP; and the objects that it requests from its reader
 * @throws EvanesceError for a pickle that is truncated or malformed, that names a function that runs programs, or that
 *   uses an opcode refused above
 */
export function readPickle(
  bytes: Uint8Array,
  where: string,
): { value: PickleValue; end: number; persistent: readonly Persistent[] } {
  const reader = new PickleBytes(bytes, where);
  const machine = new Machine(reader, where);
  return { value: machine.run(), end: reader.at, persistent: machine.persistent };
}

class Machine {
  readonly persistent: Persistent[] = [];
  private readonly stack: PickleStack;
  private readonly memo = new Map<number, PickleValue>();

  constructor(
    private readonly bytes: PickleBytes,
    private readonly where: string,
  ) {
    this.stack = new PickleStack(bytes);
  }

  run(): PickleValue {
    for (let count = 0; ; count++) {
      if (count > MOST_OPERATIONS) throw this.bytes.bad(`at most ${MOST_OPERATIONS} operations`, "more");
      const opcode = this.bytes.byte();
      if (opcode === 0x2e) return this.stack.pop(); // STOP
      this.step(opcode);
    }
  }

  private step(opcode: number): void {
    const { bytes, stack, memo } = this;
    switch (opcode) {
      case 0x28: // MARK
        stack.mark();
        return;
      case 0x30: // POP: a value, or the mark above it
        stack.drop();
        return;
      case 0x31: // POP_MARK
        stack.popMarked();
        return;
      case 0x32: // DUP
        stack.push(stack.top());
        return;
      case 0x46: // FLOAT
        stack.push(Number(bytes.line()));
        return;
      case 0x49: // INT, 00 and 01 being False and True
        stack.push(bytes.integer(bytes.line()));
        return;
      case 0x4c: // LONG
        stack.push(bytes.integer(bytes.line().replace(/L$/, "")));
        return;
      case 0x4a: // BININT
        stack.push(bytes.int32());
        return;
      case 0x4b: // BININT1
        stack.push(bytes.byte());
        return;
      case 0x4d: // BININT2
        stack.push(bytes.uint16());
        return;
      case 0x8a: // LONG1
        stack.push(bytes.long(bytes.byte()));
        return;
      case 0x8b: // LONG4
        stack.push(bytes.long(bytes.uint32()));
        return;
      case 0x47: // BINFLOAT
        stack.push(bytes.float64());
        return;
      case 0x4e: // NONE
        stack.push(null);
        return;
      case 0x88: // NEWTRUE
        stack.push(true);
        return;
      case 0x89: // NEWFALSE
        stack.push(false);
        return;
      case 0x53: // STRING, quoted
        stack.push(bytes.line().replace(/^(['"])(.*)\1$/s, "$2"));
        return;
      case 0x56: // UNICODE
        stack.push(bytes.line());
        return;
      case 0x54: // BINSTRING
        stack.push(bytes.text(bytes.uint32()));
        return;
      case 0x55: // SHORT_BINSTRING
      case 0x8c: // SHORT_BINUNICODE
        stack.push(bytes.text(bytes.byte()));
        return;
      case 0x58: // BINUNICODE
        stack.push(bytes.text(bytes.uint32()));
        return;
      case 0x8d: // BINUNICODE8
        stack.push(bytes.text(bytes.size8()));
        return;
      case 0x42: // BINBYTES
        stack.push(bytes.raw(bytes.uint32()));
        return;
      case 0x43: // SHORT_BINBYTES
        stack.push(bytes.raw(bytes.byte()));
        return;
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        stack.push(bytes.raw(bytes.size8()));
        return;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
      case 0x8f: // EMPTY_SET
        stack.push([]);
        return;
      case 0x6c: // LIST
      case 0x74: // TUPLE
      case 0x91: // FROZENSET
        stack.push(stack.popMarked());
        return;
      case 0x85: // TUPLE1, 2, 3
      case 0x86:
      case 0x87: {
        const items: PickleValue[] = [];
        for (let i = 0x84; i < opcode; i++) items.unshift(stack.pop());
        stack.push(items);
        return;
      }
      case 0x61: // APPEND
        stack.extend([stack.pop()]);
        return;
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        stack.extend(stack.popMarked());
        return;
      case 0x7d: // EMPTY_DICT
        stack.push(new Dict());
        return;
      case 0x64: {
        // DICT
        const pairs = stack.popMarked();
        stack.push(new Dict());
        stack.setItems(pairs);
        return;
      }
      case 0x73: {
        // SETITEM
        const value = stack.pop();
        stack.setItems([stack.pop(), value]);
        return;
      }
      case 0x75: // SETITEMS
        stack.setItems(stack.popMarked());
        return;
      case 0x63: // GLOBAL
        stack.push(this.named(bytes.line(), bytes.line()));
        return;
      case 0x93: {
        // STACK_GLOBAL
        const name = stack.pop();
        stack.push(this.named(stack.pop(), name));
        return;
      }
      case 0x52: {
        // REDUCE
        const args = stack.popTuple();
        stack.push(new Made(stack.pop(), args));
        return;
      }
      case 0x81: {
        // NEWOBJ
        const args = stack.popTuple();
        stack.push(new Made(stack.pop(), args));
        return;
      }
      case 0x92: {
        // NEWOBJ_EX: class, arguments, named arguments
        stack.pop();
        const args = stack.popTuple();
        stack.push(new Made(stack.pop(), args));
        return;
      }
      case 0x6f: {
        // OBJ
        const [callee, ...args] = stack.popMarked();
        if (callee === undefined) throw bytes.bad("a class to make an object of", "none");
        stack.push(new Made(callee, args));
        return;
      }
      case 0x69: {
        // INST
        const callee = this.named(bytes.line(), bytes.line());
        stack.push(new Made(callee, stack.popMarked()));
        return;
      }
      case 0x62: {
        // BUILD
        const state = stack.pop();
        const object = stack.top();
        if (object instanceof Made) object.state = state;
        return;
      }
      case 0x50: // PERSID
        this.ask(bytes.line());
        return;
      case 0x51: // BINPERSID
        this.ask(stack.pop());
        return;
      case 0x67: // GET
        stack.push(this.recalled(Number(bytes.line())));
        return;
      case 0x68: // BINGET
        stack.push(this.recalled(bytes.byte()));
        return;
      case 0x6a: // LONG_BINGET
        stack.push(this.recalled(bytes.uint32()));
        return;
      case 0x70: // PUT
        memo.set(Number(bytes.line()), stack.top());
        return;
      case 0x71: // BINPUT
        memo.set(bytes.byte(), stack.top());
        return;
      case 0x72: // LONG_BINPUT
        memo.set(bytes.uint32(), stack.top());
        return;
      case 0x94: // MEMOIZE
        memo.set(memo.size, stack.top());
        return;
      case 0x80: {
        // PROTO
        const protocol = bytes.byte();
        if (protocol > 5) throw bytes.bad("a pickle of protocol 0 to 5", `protocol ${protocol}`);
        return;
      }
      case 0x95: // FRAME: a hint for readers from a stream
        bytes.take(8);
        return;
      default:
        throw bytes.bad(
          "an opcode of protocols 0 to 5 that needs nothing outside the file",
          `0x${opcode.toString(16)}`,
        );
    }
  }

  private ask(id: PickleValue): void {
    const object = new Persistent(id);
    this.persistent.push(object);
    this.stack.push(object);
  }

  private named(module: PickleValue, name: PickleValue): Global {
    if (typeof module !== "string" || typeof name !== "string")
      throw this.bytes.bad("a name that is text", typeof name);
    const global = new Global(module, name);
    requireHarmless(global.path, this.where);
    return global;
  }

  private recalled(key: number): PickleValue {
    const value = this.memo.get(key);
    if (value === undefined) throw this.bytes.bad(`a value under ${key} in the memo`, "none");
    return value;
  }
}
