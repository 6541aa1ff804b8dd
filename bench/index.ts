/**
 * `npm run bench [group …]`: how near to this machine's limit the core runs. Every result is compared with float64 first, then timed; the
 * table goes to standard output, the same as JSON to build/bench.json. Groups: matmul, rnn, lstm, gru, mlp, length; all by default.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { benchFeedforward } from "./feedforward.ts";
import { benchLength, formatLengths } from "./length.ts";
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
const GATED = [
  [32, 8, 32],
  [32, 16, 64],
  [32, 16, 128],
] as const;
if (wanted("lstm")) rows.push(...(await benchRecurrent(rate, "lstm", GATED)));
if (wanted("gru")) rows.push(...(await benchRecurrent(rate, "gru", GATED)));
if (wanted("mlp")) rows.push(...(await benchFeedforward(rate)));
if (rows.length > 0) console.log(formatTable(rows));
const lengths = wanted("length") ? await benchLength() : [];
if (lengths.length > 0) console.log(`\n${formatLengths(lengths)}`);
writeFileSync(
  new URL("../build/bench.json", import.meta.url),
  `${JSON.stringify({ limit: { rate, loop }, rows, lengths }, null, 2)}\n`,
);
