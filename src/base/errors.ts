/**
 * The error of every mistake by a caller. Its message always reads `where: rule, got value; remedy`, so it can be shown
 * to a user unchanged.
 */
export class EvanesceError extends Error {
  // the packed class has a short name, which Node would print
  static {
    Object.defineProperty(EvanesceError, "name", { value: "EvanesceError" });
  }

  override readonly name = "EvanesceError";
  /** The path of the offending field, file or argument, e.g. `network.depth` or `W.safetensors`. */
  readonly where: string;

  constructor(where: string, rule: string, got: unknown, remedy: string) {
    super(`${bounded(where)}: ${bounded(rule)}, got ${valueText(got)}; ${bounded(remedy)}`);
    this.where = where;
  }
}

/** A defect of this library, not a mistake by the caller: the message begins `internal:`. */
export class InternalError extends Error {
  static {
    Object.defineProperty(InternalError, "name", { value: "InternalError" });
  }

  override readonly name = "InternalError";

  constructor(message: string) {
    super(`internal: ${message}`);
  }
}

/**
 * A value as a short piece of text: strings quoted, long ones cut at 80 characters, typed arrays by type and length.
 */
export function valueText(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number" || value === undefined || value === null) return String(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (ArrayBuffer.isView(value)) {
    const length = (value as unknown as { length?: number }).length ?? value.byteLength;
    return `${value.constructor.name}(${length})`;
  }
  try {
    return cut(JSON.stringify(value) ?? String(value));
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** Most characters of a part of a message: a file may bring names without end. */
const MOST = 2000;

/** A text without its middle where it is too long. */
const bounded = (text: string): string =>
  text.length <= MOST ? text : `${text.slice(0, MOST / 2)} … ${text.slice(-MOST / 4)}`;

const quoted = (text: string) => JSON.stringify(cut(text));
const cut = (text: string) => (text.length > 80 ? `${text.slice(0, 77)}...` : text);
