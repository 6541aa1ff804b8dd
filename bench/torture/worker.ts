/** A worker of the queue that prints a line for each cell that it measured. Its locks expire soon, so others take over. */
import { work } from "../../src/sweeps/node/queue/worker.ts";

const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
const onCell = (id: string, failed: string | undefined) =>
  process.stdout.write(failed === undefined ? `${id}\n` : `failed ${id}: ${failed}\n`);
await work({ url: process.argv[2], threads: 1, lockMs: 5000, signal: stop.signal, onCell });
