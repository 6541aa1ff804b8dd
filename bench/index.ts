/**
 * `npm run bench [group …]`: how near to this machine's limit the core runs. Every result is compared with float64 first, then timed; the
 * table goes to standard output, the same as JSON to build/bench.json. Groups: matmul, rnn, lstm, gru, mlp; all of them by default.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { benchFeedforward } from "./feedforward.ts";
import { registerOnlyRate } from "./limit.ts";
import { benchMatmul } from "./matmul.ts";
import { benchRecurrent } from "./recurrent.ts";
import { formatTable, type Row } from "./table.ts";

const asked = process.argv.slice(2);
const wanted = (group: string) => asked.length === 0 || asked.includes(group);

mkdirSync(new URL("../build/", import.meta.url), { recursive: true });
const { rate, loop } = await registerOnlyRate();
console.log(
  `Limit: ${rate.toFixed(1)} GFLOP/s, multiplying and adding in registers (${loop}), one core of ${cpus()[0].model.trim()}\n`,
);

const rows: Row[] = [];
if (wanted("matmul")) rows.push(...(await benchMatmul(rate)));
if (wanted("rnn")) rows.push(...(await benchRecurrent(rate, "tanh")));
if (wanted("mlp")) rows.push(...(await benchFeedforward(rate)));
console.log(formatTable(rows));
writeFileSync(
  new URL("../build/bench.json", import.meta.url),
  `${JSON.stringify({ limit: { rate, loop }, rows }, null, 2)}\n`,
);
