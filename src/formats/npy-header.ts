import { EvanesceError } from "../base/errors.ts";

/** The three entries of an `.npy` header. */
export interface NpyHeader {
  /** NumPy's type string, e.g. `<f4`. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

type Token = { readonly kind: "string" | "word" | "mark"; readonly text: string };

const TOKEN = /\s*(?:'([^'\\]*)'|"([^"\\]*)"|([A-Za-z0-9_+\-.]+)|([{}()[\]:,]))/y;

/**
 * The Python literal of an `.npy` header, `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`: a dictionary
 * of these three keys, in any order (NEP 1, Kern 2007).
 *
 * @throws EvanesceError for anything else: missing, extra or duplicate keys, structured types, a shape of non-integers
 */
export function parseNpyHeader(where: string, text: string): NpyHeader {
  const refuse = (rule: string, got: unknown): never => {
    throw new EvanesceError(where, rule, got, "write the array again with numpy.save");
  };
  const tokens = tokenize(text) ?? refuse("a header that is a Python dictionary", text);
  let next = 0;
  const take = (kind: Token["kind"], allowed: string | undefined, rule: string): string => {
    const token = tokens[next++];
    if (token?.kind !== kind || (allowed !== undefined && token.text !== allowed))
      refuse(rule, token?.text ?? "its end");
    return (token as Token).text;
  };
  const peek = (mark: string) => tokens[next]?.kind === "mark" && tokens[next].text === mark;

  const shapeTuple = (): number[] => {
    take("mark", "(", "a header whose shape is a tuple");
    const shape: number[] = [];
    while (!peek(")")) {
      const axis = take("word", undefined, "a header whose shape is a tuple of whole numbers");
      // Python 2 wrote long integers with a trailing L.
      if (!/^\d{1,16}L?$/.test(axis)) refuse("a header whose shape is a tuple of whole numbers ≥ 0", axis);
      shape.push(Number.parseInt(axis, 10));
      if (!peek(")")) take("mark", ",", "a comma between the axes of the header's shape");
    }
    next++;
    return shape;
  };

  const header: { descr?: string; fortranOrder?: boolean; shape?: number[] } = {};
  take("mark", "{", "a header that is a Python dictionary");
  while (!peek("}")) {
    const key = take("string", undefined, "a header whose keys are strings");
    take("mark", ":", `a colon after the header's key ${key}`);
    if (key === "descr" && header.descr === undefined) {
      if (peek("[") || peek("(")) refuse("an array of plain numbers", "a structured dtype");
      header.descr = take("string", undefined, "a header whose descr is a string");
    } else if (key === "fortran_order" && header.fortranOrder === undefined) {
      const word = take("word", undefined, "a header whose fortran_order is True or False");
      if (word !== "True" && word !== "False") refuse("a header whose fortran_order is True or False", word);
      header.fortranOrder = word === "True";
    } else if (key === "shape" && header.shape === undefined) {
      header.shape = shapeTuple();
    } else {
      refuse("a header with the keys descr, fortran_order and shape, once each", key);
    }
    if (!peek("}")) take("mark", ",", "a comma between the header's entries");
  }
  next++;
  if (next !== tokens.length) refuse("a header that ends with its dictionary", tokens[next].text);
  const { descr, fortranOrder, shape } = header;
  if (descr === undefined || fortranOrder === undefined || shape === undefined) {
    return refuse("a header with the keys descr, fortran_order and shape", Object.keys(header));
  }
  return { descr, fortranOrder, shape };
}

/** The tokens of `text`; undefined if some part of it is no token. */
function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const match = TOKEN.exec(text);
    if (match === null) return undefined;
    const [, single, double, word, mark] = match;
    if (word !== undefined) tokens.push({ kind: "word", text: word });
    else if (mark !== undefined) tokens.push({ kind: "mark", text: mark });
    else tokens.push({ kind: "string", text: single ?? double });
  }
  return tokens;
}
