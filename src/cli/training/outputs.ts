/*
 * Files for the events of a run: JSON lines, an event file for TensorBoard, checkpoints.
 */
import { appendFileSync, closeSync, constants, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { EvanesceError } from "../../base/errors.ts";
import { eventFileHeader, scalarRecord } from "../../formats/index.ts";
import { jsonLine } from "../../report/index.ts";
import { packCheckpoint, packWeights, type TrainingEvent } from "../../training/index.ts";
import { reasonOf, requireWritable, writeWhole } from "../files.ts";
import { lockCheckpoint } from "./lock.ts";

/** A file to which the events of a run are written. */
export interface EventFile {
  readonly path: string;
  /** Whether a later event may succeed after one that could not be written. */
  readonly mayRecover: boolean;
  /** Returns whether this file takes the event. @throws EvanesceError if it cannot be written */
  write(event: TrainingEvent): boolean;
  close(): void;
}

/**
 * Appends one line of JSON for each event. A resumed run continues the same file. The file may be a pipe.
 */
export function logFile(path: string, resumed: boolean): EventFile {
  const how = resumed ? constants.O_APPEND : constants.O_TRUNC;
  // without O_NONBLOCK the process would wait for the reader of a pipe
  const handle = attempt(path, () =>
    openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NONBLOCK | how),
  );
  return {
    path,
    mayRecover: false,
    write: (event) => {
      if (event.kind === "checkpoint") return false;
      attempt(path, () => writeAll(handle, Buffer.from(jsonLine(event))));
      return true;
    },
    close: () => closeSync(handle),
  };
}

/** Milliseconds to wait for a full pipe. After that it counts as a pipe without a reader. */
const FULL_PIPE_MS = 1000;

function writeAll(handle: number, bytes: Buffer): void {
  const deadline = performance.now() + FULL_PIPE_MS;
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(handle, bytes, written);
    } catch (error) {
      if ((error as { code?: string }).code !== "EAGAIN" || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/**
 * Scalars for TensorBoard: `loss`, `accuracy`, `learning_rate`, and for every parameter `gradient/…` and `update/…`,
 * the log10 of the norms.
 */
export function tensorboardFile(folder: string): EventFile {
  const now = () => Date.now() / 1000;
  const path = join(folder, `events.out.tfevents.${Math.floor(now())}.${hostname()}.${process.pid}`);
  attempt(folder, () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, eventFileHeader(now()));
  });
  return {
    path,
    mayRecover: false,
    write: (event) => {
      const found = scalarsOf(event);
      if (found === undefined) return false;
      attempt(path, () => appendFileSync(path, scalarRecord({ wallTime: now(), ...found })));
      return true;
    },
    close: () => {},
  };
}

function scalarsOf(event: TrainingEvent): { step: number; scalars: Record<string, number> } | undefined {
  switch (event.kind) {
    case "step": {
      const { update, loss, accuracy, learningRate, lnGradientNorm, parameters } = event.record;
      const scalars: Record<string, number> = {
        loss,
        learning_rate: learningRate,
        "gradient/all (log10)": lnGradientNorm / Math.LN10,
      };
      if (accuracy !== null) scalars.accuracy = accuracy;
      for (const { name, ...norms } of parameters) {
        scalars[`gradient/${name} (log10)`] = norms.lnGradientNorm / Math.LN10;
        scalars[`update/${name} (log10)`] = norms.lnUpdateNorm / Math.LN10;
        scalars[`distance/${name}`] = Math.exp(norms.lnDistance);
      }
      return { step: update, scalars };
    }
    case "evaluation": {
      const { update, set, loss, accuracy } = event;
      return {
        step: update,
        scalars: { [`${set}/loss`]: loss, ...(accuracy === null ? {} : { [`${set}/accuracy`]: accuracy }) },
      };
    }
    case "diagnosis":
      return { step: event.update, scalars: { "gain along the path (nats)": event.totalGain } };
    default:
      return undefined;
  }
}

/**
 * Writes checkpoints. Files of earlier checkpoints stay. Only one process at a time may write them.
 *
 * @param path folder and name without an ending
 * @param flags the options of the run, for a run that continues from here
 */
export function checkpointFile(path: string, flags: object): EventFile {
  for (const ending of [".json", "-0.safetensors", "-0.state.safetensors"]) requireWritable(`${path}${ending}`);
  const unlock = lockCheckpoint(path);
  return {
    path,
    mayRecover: true,
    write: (event) => {
      if (event.kind !== "checkpoint") return false;
      for (const { name, bytes } of packCheckpoint(event.state, basename(path), flags)) {
        writeWhole(join(dirname(path), name), bytes);
      }
      return true;
    },
    close: unlock,
  };
}

/** Writes the parameters of the last checkpoint in PyTorch's layout. */
export function parametersFile(path: string): EventFile {
  requireWritable(path);
  return {
    path,
    mayRecover: true,
    write: (event) => {
      if (event.kind !== "checkpoint") return false;
      writeWhole(path, packWeights(event.state));
      return true;
    },
    close: () => {},
  };
}

function attempt<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new EvanesceError(path, "a place that can be written", reasonOf(error), "check folder and space");
  }
}
