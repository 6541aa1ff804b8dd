import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { FOR_PARENT, type Reply } from "./replies.ts";

/*
 * The processes of a queue worker. They are our own and not BullMQ's sandboxes: BullMQ 6.7 does not notice when a
 * sandbox is killed before its first answer, and renews the lock of its job forever.
 */

/** The program of a process: beside this file in the sources, and where the bundle puts it in the package. */
const PROGRAM = import.meta.url.endsWith(".ts")
  ? new URL("./processor.ts", import.meta.url)
  : new URL("../sweeps/queue-processor.js", import.meta.url);
const LOADER = import.meta.url.endsWith(".ts") ? ["--import", import.meta.resolve("tsx")] : [];

/** The cell would fail again in the same way. */
export class FinalFailure extends Error {
  override readonly name = "FinalFailure";
}

export interface CellProcesses {
  /**
   * Measures the cell of a job in a process that measures no other cell meanwhile.
   * @returns the result as text
   * @throws FinalFailure if the cell breaks a rule or takes too long; an error if its process ended or did not start
   */
  run(data: unknown): Promise<string>;
  /** Ends the idle processes. */
  close(): void;
}

/** @param timeLimit seconds that a cell may take, with the start of its process */
export function cellProcesses(timeLimit: number): CellProcesses {
  const idle: ChildProcess[] = [];
  const start = () => {
    const child = fork(fileURLToPath(PROGRAM), { execArgv: LOADER, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    child.once("exit", () => {
      const at = idle.indexOf(child);
      if (at >= 0) idle.splice(at, 1);
    });
    child.on("error", () => undefined); // without a listener, an error would end this process
    return child;
  };
  return {
    async run(data) {
      for (;;) {
        const child = idle.pop() ?? start();
        const reply = await answerOf(child, data, timeLimit);
        if (reply === undefined) continue;
        if (child.exitCode === null && child.signalCode === null) idle.push(child);
        if ("result" in reply) return reply.result;
        throw reply.final ? new FinalFailure(reply.failed) : new Error(reply.failed);
      }
    },
    close() {
      for (const child of idle) child.kill("SIGKILL");
    },
  };
}

/**
 * The answer of a process. Undefined if the process got a signal for its parent before it could ignore it: Ctrl-C in a
 * terminal reaches both, and the parent lets current cells end. A process that gives no answer is ended.
 */
function answerOf(child: ChildProcess, data: unknown, timeLimit: number): Promise<Reply | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (how: () => void) => {
      clearTimeout(timer);
      child.off("message", onReply).off("exit", onExit).off("error", onError);
      how();
    };
    const fail = (reason: Error) =>
      settle(() => {
        child.kill("SIGKILL");
        reject(reason);
      });
    const onReply = (reply: Reply) => settle(() => resolve(reply));
    const onExit = (code: number | null, signal: NodeJS.Signals | null) => {
      if (signal !== null && FOR_PARENT.includes(signal)) settle(() => resolve(undefined));
      else fail(new Error(`the process of the cell ended: ${signal ?? `exit code ${code}`}`));
    };
    const onError = ({ message }: Error) => fail(new Error(`the process of the cell did not start: ${message}`));
    const tooLong = () => fail(new FinalFailure(`took longer than its limit of ${timeLimit} s`));
    const timer = setTimeout(tooLong, timeLimit * 1000);
    child.once("message", onReply).once("exit", onExit).once("error", onError);
    // a process that has just ended receives no message; the event of its exit follows
    if (child.pid !== undefined) child.send({ data }, (error) => error && child.kill("SIGKILL"));
  });
}
