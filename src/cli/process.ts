import { EvanesceError } from "../errors.ts";
import { ReaderGone, type Sink } from "./host.ts";
import { run } from "./run.ts";

/** Wires a process to the command line: argv, environment, streams, signals, exit code. */
export async function runProcess(): Promise<void> {
  const interrupt = new AbortController();
  process.on("SIGINT", () => {
    if (interrupt.signal.aborted) process.exit(130); // a second Ctrl-C does not wait
    interrupt.abort();
  });
  process.exitCode = await run(process.argv.slice(2), {
    stdout: sinkOf(process.stdout),
    stderr: sinkOf(process.stderr),
    env: process.env,
    signal: interrupt.signal,
  });
}

function sinkOf(stream: NodeJS.WriteStream): Sink {
  let gone = false;
  stream.on("error", () => {
    gone = true; // EPIPE, almost always; every write hears of it by its own callback
  });
  return {
    isTTY: stream.isTTY === true,
    columns: stream.isTTY ? stream.columns : undefined,
    write: (text) =>
      new Promise((resolve, reject) => {
        if (gone) return reject(new ReaderGone("closed"));
        stream.write(text, (error) => (error ? reject(failure(error)) : resolve()));
      }),
  };
}

/** A reader that has had enough is no fault; a full disk is. */
function failure(error: NodeJS.ErrnoException): Error {
  const lost = ["ENOSPC", "EIO", "EDQUOT", "EFBIG"].includes(error.code ?? "");
  if (!lost) return new ReaderGone(error.message);
  return new EvanesceError(
    "standard output",
    "a place that takes it all",
    error.message,
    "free some space, or write elsewhere",
  );
}
