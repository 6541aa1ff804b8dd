/*
 * Object headers (IV.A.1), their messages, and the two ways a group holds its links: a symbol table of version-1
 * B-trees (III.A.1, III.B to D), or link messages (IV.A.2.g).
 */
import { Cursor, type HdfFile, isUndefined } from "./bytes.ts";

export interface Message {
  readonly type: number;
  readonly at: number;
  readonly size: number;
}

export const MESSAGE = {
  dataspace: 1,
  linkInfo: 2,
  datatype: 3,
  link: 6,
  layout: 8,
  filters: 11,
  attribute: 12,
  continuation: 16,
  symbolTable: 17,
  attributeInfo: 21,
} as const;

/** The address of the root group's header. */
export function rootAddress(file: HdfFile): number {
  const cursor = file.from(8);
  const version = cursor.u8();
  if (version <= 1) {
    cursor.at = 13;
    requireWide(file, cursor.u8(), cursor.u8());
    cursor.at = (version === 0 ? 24 : 28) + 32; // four addresses, then the root's entry: a name, a header
    cursor.u64();
    return cursor.u64();
  }
  if (version > 3) throw file.unsupported(`a superblock of version ${version}`);
  requireWide(file, cursor.u8(), cursor.u8());
  cursor.at = 12 + 24;
  return cursor.u64();
}

function requireWide(file: HdfFile, offsets: number, lengths: number): void {
  if (offsets !== 8 || lengths !== 8) throw file.unsupported(`addresses of ${offsets} and lengths of ${lengths} bytes`);
}

/** Every message of the object at an address. */
export function messagesAt(file: HdfFile, address: number): Message[] {
  const cursor = file.from(address);
  if (cursor.u8() === 1) return versionOne(file, cursor);
  cursor.at = address;
  return versionTwo(file, cursor.signature("OHDR"));
}

function versionOne(file: HdfFile, cursor: Cursor): Message[] {
  cursor.skip(1);
  const count = cursor.u16();
  cursor.skip(4);
  const size = cursor.u32();
  cursor.skip(4);
  const messages: Message[] = [];
  const blocks = [{ at: cursor.at, size }];
  for (let block = blocks.shift(); block !== undefined && messages.length < count; block = blocks.shift()) {
    const inside = file.from(block.at);
    while (inside.at + 8 <= block.at + block.size && messages.length < count) {
      const type = inside.u16();
      const length = inside.u16();
      const shared = (inside.u8() & 2) !== 0;
      inside.skip(3);
      const message = { type, at: inside.skip(length), size: length };
      messages.push(message);
      follow(file, message, shared, blocks);
    }
  }
  return messages;
}

function versionTwo(file: HdfFile, cursor: Cursor): Message[] {
  cursor.u8();
  const flags = cursor.u8();
  if ((flags & 0x20) !== 0) cursor.skip(16);
  if ((flags & 0x10) !== 0) cursor.skip(4);
  const size = cursor.sized(1 << (flags & 3));
  const messages: Message[] = [];
  const blocks = [{ at: cursor.at, size }];
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    const inside = file.from(block.at);
    let end = block.at + block.size;
    if (messages.length > 0 && file.bytes[block.at] === 0x4f) {
      inside.signature("OCHK");
      end -= 4; // its checksum
    }
    while (inside.at + 4 <= end) {
      const type = inside.u8();
      const length = inside.u16();
      const shared = (inside.u8() & 2) !== 0;
      if ((flags & 4) !== 0) inside.skip(2);
      const message = { type, at: inside.skip(length), size: length };
      messages.push(message);
      if (--file.budget.visits < 0) throw file.bad("fewer messages", messages.length);
      follow(file, message, shared, blocks);
    }
  }
  return messages;
}

function follow(file: HdfFile, message: Message, shared: boolean, blocks: { at: number; size: number }[]): void {
  if (shared && (message.type === MESSAGE.datatype || message.type === MESSAGE.dataspace)) {
    throw file.unsupported("a shared datatype");
  }
  if (message.type !== MESSAGE.continuation) return;
  const cursor = new Cursor(file, message.at);
  blocks.push({ at: cursor.u64(), size: cursor.u64() });
}

/** The addresses of a group's members by name. */
export function linksOf(file: HdfFile, messages: readonly Message[]): Map<string, number> {
  const links = new Map<string, number>();
  for (const { type, at } of messages) {
    const cursor = new Cursor(file, at);
    if (type === MESSAGE.symbolTable) symbolTable(file, cursor.u64(), cursor.u64(), links);
    else if (type === MESSAGE.link) link(cursor, links);
    else if (type === MESSAGE.linkInfo) {
      cursor.u8();
      if ((cursor.u8() & 1) !== 0) cursor.skip(8);
      if (!isUndefined(cursor.u64()))
        throw file.unsupported("a group whose links lie in a fractal heap (libver latest)");
    }
  }
  return links;
}

function link(cursor: Cursor, links: Map<string, number>): void {
  cursor.u8();
  const flags = cursor.u8();
  const kind = (flags & 8) !== 0 ? cursor.u8() : 0;
  if ((flags & 4) !== 0) cursor.skip(8);
  if ((flags & 16) !== 0) cursor.skip(1);
  const name = cursor.text(cursor.sized(1 << (flags & 3)));
  if (kind === 0) links.set(name, cursor.u64()); // soft and external links are skipped: the target also has a hard link, or is in another file
}

function symbolTable(file: HdfFile, tree: number, heap: number, links: Map<string, number>): void {
  const header = file.from(heap).signature("HEAP");
  header.skip(4);
  const size = header.u64();
  header.u64();
  const names = header.u64();
  const visit = (address: number, depth: number): void => {
    const node = file.from(address);
    const signature = node.text(4);
    if (signature === "TREE" && depth < 16) {
      node.skip(2);
      const count = node.u16();
      node.skip(16);
      for (let i = 0; i < count; i++) {
        node.u64();
        visit(node.u64(), depth + 1);
      }
      return;
    }
    if (signature !== "SNOD") throw file.bad("a group's tree", signature);
    node.skip(2);
    const count = node.u16();
    for (let i = 0; i < count; i++) {
      const offset = node.u64();
      const object = node.u64();
      node.skip(24);
      if (offset >= size) throw file.bad("a name within its heap", offset);
      const end = file.bytes.indexOf(0, names + offset);
      if (end < 0 || end > names + size) throw file.bad("a name that ends", offset);
      links.set(file.from(names + offset).text(end - names - offset), object);
      if (links.size > 50_000) throw file.bad("at most 50,000 members of a group", links.size);
    }
  };
  visit(tree, 0);
}
