import { EvanesceError } from "../base/errors.ts";
import { Interrupted, ReaderGone, type Sink } from "./context.ts";
import { EXIT, run } from "./run.ts";

/** Wires a process to the command line: argv, environment, streams, signals, exit code. */
export async function runProcess(): Promise<void> {
  const interrupt = new AbortController();
  const onInterrupt = () => {
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted); // a second Ctrl-C does not wait
    interrupt.abort(new Interrupted());
  };
  process.on("SIGINT", onInterrupt);
  const code = await run(process.argv.slice(2), {
    stdout: sinkOf(process.stdout),
    stderr: sinkOf(process.stderr),
    env: process.env,
    signal: interrupt.signal,
    inOneGo: (work) => {
      // without a listener the system ends the process; with one the event loop would have to turn first
      process.off("SIGINT", onInterrupt);
      try {
        return work();
      } finally {
        process.on("SIGINT", onInterrupt);
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
