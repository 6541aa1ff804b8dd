import { isMissing } from "../../formats/cells/missing.ts";
import { isPlainNumber } from "../../formats/cells/numbers.ts";
import type { Cell } from "../../formats/table/source.ts";

/** Recognizes the cells without a value: the usual marks, and those that the caller names. */
export class MissingMarks {
  readonly #texts: ReadonlySet<string>;
  readonly #numbers: ReadonlySet<number>;

  /** @param na further texts and numbers that mark a missing cell */
  constructor(na: readonly (string | number)[] = []) {
    this.#texts = new Set(na.map(String));
    this.#numbers = new Set(na.map(Number).filter((value) => !Number.isNaN(value)));
  }

  has(cell: Cell): boolean {
    if (cell === null || cell === undefined) return true;
    if (typeof cell === "number") return Number.isNaN(cell) || this.#numbers.has(cell);
    if (typeof cell !== "string") return false;
    if (isMissing(cell) || this.#texts.has(cell)) return true;
    return this.#numbers.size > 0 && isPlainNumber(cell) && this.#numbers.has(Number(cell));
  }
}
