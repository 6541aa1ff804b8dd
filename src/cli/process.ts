import { EvanesceError } from "../base/errors.ts";
import { Interrupted, ReaderGone, type Sink } from "./context.ts";
import { run } from "./run.ts";

/** Signals that end a process, and the exit codes they leave: 128 and the signal's number. */
const ENDING = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Wires a process to the command line: argv, environment, streams, signals, exit code. */
export async function runProcess(): Promise<void> {
  const interrupt = new AbortController();
  const listeners = Object.entries(ENDING).map(([signal, exitCode]) => {
    const onSignal = () => {
      if (interrupt.signal.aborted) process.exit(exitCode); // a second one does not wait
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
      // without a listener the system ends the process; with one the event loop would have to turn first
      for (const [signal, onSignal] of listeners) process.off(signal, onSignal);
      try {
        return work();
      } finally {
        listen();
      }
    },
  });
  await Promise.all([drained(process.stdout), drained(process.stderr)]);
  process.exit(code); // not left to Node, which takes a heap apart that ends with the process anyway
}

/** Resolves when all that was written has left this process, or nobody takes it any more. */
const drained = (stream: NodeJS.WriteStream) => new Promise<void>((resolve) => stream.write("", () => resolve()));

function sinkOf(stream: NodeJS.WriteStream): Sink {
  let gone = false;
  stream.on("error", () => {
    gone = true; // EPIPE, almost always; every write hears of it by its own callback
  });
  return {
    isTTY: stream.isTTY === true,
    columns: stream.isTTY ? stream.columns : undefined,
    rows: stream.isTTY ? stream.rows : undefined,
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
