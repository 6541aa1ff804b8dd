/** The surroundings of a command: a process in `process.ts`, a few buffers in a test. */
export interface CommandContext {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The words of the command line behind its name. */
  readonly argv?: readonly string[];
  /** Aborted by Ctrl-C. Work that it stops rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /**
   * Runs work that cannot pause and has nothing to keep: Ctrl-C ends it, and the process with it. Without it, it is
   * waited for.
   */
  readonly inOneGo?: <Result>(work: () => Result) => Result;
}

/**
 * Runs work that cannot pause and has nothing to keep. @throws Interrupted after a Ctrl-C that came before it; a later
 * one ends the process
 */
export function uninterruptible<Result>(work: () => Result, { signal, inOneGo }: CommandContext): Result {
  signal.throwIfAborted();
  return inOneGo === undefined ? work() : inOneGo(work);
}

/** Where text goes. */
export interface Sink {
  readonly isTTY: boolean;
  /** Of a terminal; undefined elsewhere. */
  readonly columns: number | undefined;
  /** Likewise. */
  readonly rows?: number | undefined;
  /** Resolves when more may be written. @throws ReaderGone where nobody reads any more */
  write(text: string): Promise<void>;
}

/** The reader of a pipe has had enough (`| head`): no fault, but nothing more to do. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** Ctrl-C, or another signal that ends the process. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** 128 and the number of the signal. */
  readonly exitCode: number;

  constructor(exitCode = 130) {
    super("interrupted");
    this.exitCode = exitCode;
  }
}

/** All there is was printed, but not all that was asked for could be done; the message says what is missing. */
export class Unfinished extends Error {
  override readonly name = "Unfinished";
}
