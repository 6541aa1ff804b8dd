/*
 * Files that a run's events go to: a stream of JSON lines, TensorBoard's event file, checkpoints.
 */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { EvanesceError } from "../../base/errors.ts";
import { eventFileHeader, scalarRecord } from "../../formats/index.ts";
import { jsonLine } from "../../report/index.ts";
import { packCheckpoint, type TrainingEvent } from "../../training/index.ts";
import { reasonOf, requireWritable, writeWhole } from "../files.ts";

/** Receives every event of a run. */
export type EventSink = (event: TrainingEvent) => void;

/** One JSON object a line and event, appended as it happens; a resumed run goes on in the same file. */
export function logSink(path: string, resumed: boolean): EventSink {
  requireWritable(path);
  if (!resumed || !existsSync(path)) attempt(path, () => writeFileSync(path, ""));
  return (event) => {
    if (event.kind === "checkpoint") return;
    attempt(path, () => appendFileSync(path, jsonLine(event)));
  };
}

/**
 * Scalars for TensorBoard: `loss`, `accuracy`, `learning_rate`, and of every parameter `gradient/…` and `update/…` as
 * log10 of the norms.
 */
export function tensorboardSink(folder: string): EventSink {
  const now = () => Date.now() / 1000;
  const path = join(folder, `events.out.tfevents.${Math.floor(now())}.${hostname()}.${process.pid}`);
  attempt(folder, () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, eventFileHeader(now()));
  });
  return (event) => {
    const found = scalarsOf(event);
    if (found === undefined) return;
    attempt(path, () => appendFileSync(path, scalarRecord({ wallTime: now(), ...found })));
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
 * Checkpoints as files beside each other; of earlier ones the files stay.
 *
 * @param path folder and name, without an ending
 * @param flags what the command was given, for a run that goes on from here
 */
export function checkpointSink(path: string, flags: object): EventSink {
  requireWritable(path);
  return (event) => {
    if (event.kind !== "checkpoint") return;
    const files = packCheckpoint(event.state, basename(path), flags);
    for (const { name, bytes } of files) writeWhole(join(dirname(path), name), bytes);
  };
}

function attempt(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new EvanesceError(path, "a place that can be written", reasonOf(error), "check folder and space");
  }
}
