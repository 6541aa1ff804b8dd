import { type Content, type Markup, markup } from "../markup.ts";
import type { Prose } from "./prose.ts";
import type { Table } from "./report.ts";

/** A table longer than this is folded. */
const LONG = 12;
/** A table with more columns than this becomes a list of cards on a telephone. */
const FEW_COLUMNS = 3;

/** A table that scrolls in its own frame. On a telephone it shows a card for each row. */
export function tableBlock(
  { caption, heads, rows, text, sentences = [], ids = [] }: Table,
  name: string,
  prose: Prose,
): Markup {
  const kind = (column: number): Content => text.includes(column) && markup` class="text"`;
  const isName = (column: number) => text.includes(column) && !sentences.includes(column);
  const head = heads.map((each, i) => markup`<th scope="col"${kind(i)}>${prose(each)}</th>`);
  const body = rows.map(
    (cells, r) =>
      markup`<tr${ids[r] !== undefined && markup` id="${ids[r]}"`}>${cells.map(
        (cell, i) => markup`<td${kind(i)} data-head="${heads[i] ?? ""}">${isName(i) ? cell : prose(cell)}</td>`,
      )}</tr>`,
  );
  const title = caption !== undefined && markup`<caption>${prose(caption)}</caption>`;
  const cards = heads.length > FEW_COLUMNS && markup` class="cards"`;
  const table = markup`<div class="scroll" tabindex="0" role="region" aria-label="Table: ${name}"><table${cards}>${title}<thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
  return rows.length > LONG ? markup`<details><summary>All ${rows.length} rows</summary>${table}</details>` : table;
}
