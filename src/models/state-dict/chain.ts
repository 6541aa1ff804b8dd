/*
 * Finds which part follows which: the order of registration if the shapes fit, otherwise the only order that fits.
 * Parts that fit in no order are separated by a step without weights. If they fit in several orders, the reader does
 * not guess.
 */
import { EvanesceError } from "../../base/errors.ts";
import { type DensePart, type EmbeddingPart, type NormPart, type Part, type RecurrentPart, splits } from "../parts.ts";

type Link = DensePart | RecurrentPart | EmbeddingPart;
const isLink = (part: Part): part is Link =>
  part.kind === "dense" || part.kind === "recurrent" || part.kind === "embedding";

/** The number of a part's inputs; an embedding takes tokens. */
export const takes = (part: Link): number => (part.kind === "embedding" ? -1 : part.inputs);
export const gives = (part: Link): number => {
  if (part.kind === "embedding") return part.size;
  if (part.kind === "dense") return part.outputs;
  return (part.projection ?? part.hidden) * (part.layers[0].reverse === undefined ? 1 : 2);
};

const TOKENS = /embed|(^|[._])(emb|wte|tok|vocab|lookup)/i;
const ATTENTION = /(^|[._])(\w*attn|\w*attention|qkv|c_attn|[qkv]_?proj|query|key|value|w_?[qkv])([._]|$)/i;

export interface Chain {
  readonly parts: Part[];
  readonly notes: readonly string[];
}

/**
 * The parts of a state_dict in the order of the forward pass.
 *
 * @param exact whether the order is known, as for a pickled torch.nn.Sequential
 * @param order dense layers in the caller's order
 * @throws EvanesceError where the shapes fit several orders, but not the file's
 */
export function chained(inFileOrder: readonly Part[], file: string, exact: boolean, order?: readonly string[]): Chain {
  let parts = inFileOrder.map(asAttention);
  parts = parts.map((part, i) => asEmbedding(part, parts.slice(i + 1).find(isLink), parts.filter(isLink)));
  if (order !== undefined) return { parts: parted(normsAfterLayers(ordered(parts, order, file))), notes: [] };
  if (exact || breaks(parts) === 0)
    return { parts: needsNorms(parts) && !exact ? normsAfterLayers(parts) : parts, notes: [] };
  if (parts.some((part) => part.kind === "foreign" && splits(part)))
    return { parts: parted(normsAfterLayers(parts)), notes: [] };
  const withNorms = normsAfterLayers(parts);
  if (breaks(withNorms) === 0) return { parts: withNorms, notes: [] };
  const links = withNorms.filter(isLink);
  const found = fittingOrders(links);
  const names = (list: readonly Link[]) => list.map(({ name }) => name).join(", ");
  if (found.length === 1) {
    const moved = normsAfterLayers([...found[0], ...withNorms.filter((part) => !isLink(part))]);
    return { parts: moved, notes: [`By their shapes, and not in the file's order: ${names(found[0])}.`] };
  }
  if (found.length > 1) {
    const rule = "layers whose shapes fit in one order";
    const got = `${names(found[0])}, or ${names(found[1])}`;
    throw new EvanesceError(file, rule, got, `give it: --order ${names(found[0]).replaceAll(", ", ",")}`);
  }
  return { parts: parted(withNorms), notes: [] };
}

function asAttention(part: Part): Part {
  if (part.kind !== "dense" || !ATTENTION.test(part.name)) return part;
  return { kind: "foreign", name: part.name, shapes: part.shapes, what: "attention" };
}

/** A matrix without a bias is an embedding if its name says so, or if only its columns fit the next part. */
function asEmbedding(part: Part, next: Link | undefined, links: readonly Link[]): Part {
  if (part.kind !== "dense" || part.bias !== undefined || part.scale !== undefined) return part;
  const { name, shapes, weight, outputs: tokens, inputs: size } = part;
  const others = links.filter((link) => link !== part);
  const ahead = next !== undefined && takes(next) === size && takes(next) !== tokens;
  const alone = others.some((link) => takes(link) === size) && !others.some((link) => gives(link) === size);
  const fits = ahead || (alone && !others.some((link) => takes(link) === tokens));
  if (!TOKENS.test(name) && !(fits && tokens !== size)) return part;
  return { kind: "embedding", name, shapes, weight, tokens, size };
}

/** The number of neighbors that do not fit. */
function breaks(parts: readonly Part[]): number {
  let width: number | undefined;
  let count = 0;
  for (const part of parts) {
    if (isLink(part)) {
      if (width !== undefined && takes(part) !== width) count++;
      width = gives(part);
    } else if (part.kind === "norm") {
      if (width !== undefined && part.size !== width) count++;
    } else if (splits(part)) width = undefined;
  }
  return count;
}

/** Whether norms were registered separately from their layers: two norms in a row, or all norms after all layers. */
function needsNorms(parts: readonly Part[]): boolean {
  const kinds = parts.filter((part) => isLink(part) || part.kind === "norm").map(({ kind }) => kind);
  return kinds.some((kind, i) => kind === "norm" && kinds[i + 1] === "norm");
}

/**
 * Puts every norm after the first layer of its width that has no norm yet, in order; norms that already follow a
 * layer stay.
 */
function normsAfterLayers(parts: readonly Part[]): Part[] {
  if (!parts.some((part) => part.kind === "norm")) return [...parts];
  const norms = parts.filter((part): part is NormPart => part.kind === "norm");
  const rest = parts.filter((part) => part.kind !== "norm");
  const behind = new Map<Part, NormPart>();
  const first: NormPart[] = [];
  for (const norm of norms) {
    const host = rest.find((part) => isLink(part) && gives(part) === norm.size && !behind.has(part));
    if (host === undefined) first.push(norm);
    else behind.set(host, norm);
  }
  return [...first, ...rest.flatMap((part) => (behind.has(part) ? [part, behind.get(part)!] : [part]))];
}

/** Puts a step without weights between neighbors that do not fit. */
function parted(parts: readonly Part[]): Part[] {
  const result: Part[] = [];
  let before: Link | undefined;
  for (const part of parts) {
    if (isLink(part)) {
      if (before !== undefined && takes(part) !== gives(before)) {
        const input = part.kind === "embedding" ? "tokens" : `${takes(part)} numbers`;
        const what = `a step without weights: ${before.name} gives ${gives(before)} numbers, ${part.name} takes ${input}`;
        result.push({ kind: "foreign", name: "", shapes: {}, what });
      }
      before = part;
    } else if (splits(part)) before = undefined;
    result.push(part);
  }
  return result;
}

/**
 * Up to two orders in which the inputs of every layer fit the outputs of the one before; layers of equal shapes keep
 * their order.
 */
function fittingOrders(links: readonly Link[]): Link[][] {
  const found: Link[][] = [];
  const used = new Set<Link>();
  const path: Link[] = [];
  let tries = 0;
  const visit = (): void => {
    if (found.length > 1 || ++tries > 20_000) return;
    if (path.length === links.length) {
      found.push([...path]);
      return;
    }
    const tried = new Set<string>();
    for (const link of links) {
      const kind = `${takes(link)} ${gives(link)}`;
      if (used.has(link) || tried.has(kind)) continue;
      const before = path.at(-1);
      if (before !== undefined && takes(link) !== gives(before)) continue;
      tried.add(kind);
      used.add(link);
      path.push(link);
      visit();
      path.pop();
      used.delete(link);
    }
  };
  visit();
  return found;
}

function ordered(parts: readonly Part[], order: readonly string[], file: string): Part[] {
  const named = order.map((name) => {
    const part = parts.find((each) => each.name === name && isLink(each));
    if (part !== undefined) return part;
    const linkNames = parts.filter(isLink).map((each) => each.name);
    throw new EvanesceError(`order of ${file}`, `layers of the file: ${linkNames.join(", ")}`, name, "check the name");
  });
  return [...named, ...parts.filter((part) => !named.includes(part))];
}
