/*
 * npm run doors: every file that was tried, what it holds, what was said of it, and how far its gradients are from its own
 * framework's.
 */
import { formatColumns } from "../table.ts";
import { arrayRows } from "./arrays.ts";
import { modelRows } from "./models.ts";
import type { DoorRow } from "./row.ts";
import { tableRows } from "./tables.ts";

/** One list of files for each kind of input. */
const DOORS: readonly (() => Promise<DoorRow[]>)[] = [modelRows, tableRows, arrayRows];

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

const rows = (await Promise.all(DOORS.map((door) => door()))).flat();
console.log(
  formatColumns(
    ["file", "format", "holds", "said", "error"],
    rows.map(({ file, format, holds, said, error }) => [
      file,
      format,
      cut(holds, 60),
      cut(said, 90),
      error === null ? "" : error.toExponential(1),
    ]),
    4,
  ),
);
const known = rows.flatMap(({ error }) => error ?? []);
console.log(
  `\n${rows.length} files, ${known.length} with gradients of their own framework: greatest error ${Math.max(...known).toExponential(1)}`,
);
const faults = rows.flatMap(({ file, fault }) => (fault === undefined ? [] : [`${file}: ${fault}`]));
for (const fault of faults) console.log(`did not end as it must: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
