/** The environment of a command: the process in `process.ts`, or buffers in a test. */
export interface CommandContext {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The words of the command line after the program's name. */
  readonly argv?: readonly string[];
  /** Aborts at Ctrl-C. Work that it stops rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /**
   * Runs work that cannot pause and has no partial result. Ctrl-C ends the process during this work. If this function
   * is missing, Ctrl-C waits for the work to end.
   */
  readonly inOneGo?: <Result>(work: () => Result) => Result;
}

/**
 * Runs work that cannot pause and has no partial result. A Ctrl-C during the work ends the process. @throws Interrupted
 * if Ctrl-C came before the work
 */
export function uninterruptible<Result>(work: () => Result, { signal, inOneGo }: CommandContext): Result {
  signal.throwIfAborted();
  return inOneGo === undefined ? work() : inOneGo(work);
}

/** A stream that takes text. */
export interface Sink {
  readonly isTTY: boolean;
  /** Width of a terminal; undefined for a file or a pipe. */
  readonly columns: number | undefined;
  /** Height of a terminal; undefined for a file or a pipe. */
  readonly rows?: number | undefined;
  /** Resolves when more can be written. @throws ReaderGone if the reader of a pipe has gone */
  write(text: string): Promise<void>;
}

/** The reader of a pipe has gone (`| head`). This is no fault, but there is nothing more to do. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** The exit code after SIGTERM. */
export const TERMINATED = 143;

/** Ctrl-C, or another signal that ends the process. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** 128 + the number of the signal. */
  readonly exitCode: number;

  constructor(exitCode = 130) {
    super("interrupted");
    this.exitCode = exitCode;
  }
}

/** A part of the request could not be done. The rest was printed; the message says what is missing. */
export class Unfinished extends Error {
  override readonly name = "Unfinished";
}
