import { EvanesceError } from "../base/errors.ts";
import { Interrupted, ReaderGone, type Sink, TERMINATED } from "./context.ts";
import { run } from "./run.ts";

/** Signals that end a process, and their exit codes: 128 + the number of the signal. */
const ENDING = { SIGINT: 130, SIGTERM: TERMINATED, SIGHUP: 129 } as const;

/** Connects the process with the command line: argv, environment, streams, signals, exit code. */
export async function runProcess(): Promise<void> {
  const interrupt = new AbortController();
  const listeners = Object.entries(ENDING).map(([signal, exitCode]) => {
    const onSignal = () => {
      if (interrupt.signal.aborted) process.exit(exitCode); // a second Ctrl-C does not wait
      interrupt.abort(new Interrupted(exitCode));
    };
    return [signal, onSignal] as const;
  });
  const listen = () => {
    for (const [signal, onSignal] of listeners) process.on(signal, onSignal);
  };
  listen();
  const code = await run(process.argv.slice(2), {
    stdout: sinkOf(process.stdout),
    stderr: sinkOf(process.stderr),
    env: process.env,
    signal: interrupt.signal,
    inOneGo: (work) => {
      // without a listener the system ends the process at once; a listener would run only when the work pauses
      for (const [signal, onSignal] of listeners) process.off(signal, onSignal);
      try {
        return work();
      } finally {
        listen();
      }
    },
  });
  await Promise.all([drained(process.stdout), drained(process.stderr)]);
  process.exit(code); // exit at once: Node would first free memory that ends with the process anyway
}

/** Resolves when everything that was written has left this process, or when the reader has gone away. */
const drained = (stream: NodeJS.WriteStream) => new Promise<void>((resolve) => stream.write("", () => resolve()));

function sinkOf(stream: NodeJS.WriteStream): Sink {
  let readerGone = false;
  stream.on("error", () => {
    readerGone = true; // almost always EPIPE; the callback of every write reports it
  });
  return {
    isTTY: stream.isTTY === true,
    columns: stream.isTTY ? stream.columns : undefined,
    rows: stream.isTTY ? stream.rows : undefined,
    write: (text) =>
      new Promise((resolve, reject) => {
        if (readerGone) return reject(new ReaderGone("closed"));
        stream.write(text, (error) => (error ? reject(failure(error)) : resolve()));
      }),
  };
}

/** The error for a failed write: a reader that has gone away is no fault, but a full disk is one. */
function failure(error: NodeJS.ErrnoException): Error {
  const lost = ["ENOSPC", "EIO", "EDQUOT", "EFBIG"].includes(error.code ?? "");
  if (!lost) return new ReaderGone(error.message);
  return new EvanesceError(
    "standard output",
    "enough space for the output",
    error.message,
    "free some space, or write elsewhere",
  );
}
