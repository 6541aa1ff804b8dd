/**
 * Everything that computes: passes of the WASM core, theory, training, reports, files. The page itself only sends
 * questions and draws answers.
 */
import { compareWithTheory } from "../../../src/diagnosis/index.ts";
import { EvanesceError } from "../../../src/base/errors.ts";
import type { Answer, Asked, CallName, Message, Moment, Question } from "./messages.ts";
import type { Own } from "./model/experiment.ts";
import { criticalLine } from "./model/plane.ts";
import { Run } from "./model/run.ts";
import { Workbench } from "./model/workbench.ts";

/** Milliseconds of updates before the worker reads its messages again, and between two pictures of a run. */
const SLICE = 12;
const BETWEEN_MOMENTS = 60;

const workbench = new Workbench();
let own: Own = {};
let run: Run | null = null;
let playing = false;

type Handlers = { readonly [Name in CallName]: (argument: Asked<Name>) => Answer<Name> | Promise<Answer<Name>> };

const HANDLERS: Handlers = {
  measure: (experiment) => workbench.measure(experiment, own),
  theory: compareWithTheory,
  line: criticalLine,
  begin: ({ experiment, choice }) => {
    endRun();
    workbench.clear(); // the run needs this memory now
    run = new Run(experiment, choice, own);
    return momentOf(run);
  },
  step: (updates) => {
    const current = running();
    playing = false;
    for (let i = 0; i < updates; i++) current.step();
    return momentOf(current);
  },
  play: () => {
    if (!playing) {
      playing = true;
      void play(running());
    }
    return null;
  },
  pause: () => {
    playing = false;
    return run === null ? null : momentOf(run);
  },
  change: (choice) => {
    run?.change(choice);
    return null;
  },
  end: () => {
    endRun();
    return null;
  },
  report: async ({ flow, diagnosis, command }) => {
    const { flowReport, reportToHtml } = await import("../../../src/report/pages.ts");
    return reportToHtml(flowReport({ flow, diagnosis, extras: command === null ? {} : { command } }));
  },
  open: async (file) => {
    const { openFile } = await import("./model/open-file.ts");
    const { opened, own: brought } = await openFile(file);
    if (opened.kind === "experiment") own = brought;
    return opened;
  },
  forget: () => {
    own = {};
    return null;
  },
};

function endRun(): void {
  playing = false;
  run?.dispose();
  run = null;
}

function running(): Run {
  if (run === null) throw new EvanesceError("run", "one that has begun", "none", "press Train first");
  return run;
}

const momentOf = (current: Run): Moment => ({
  frame: current.frame(),
  measured: current.measure(),
  surface: current.surface(),
});

/** Updates, slice by slice; in between the worker reads its messages. */
async function play(current: Run): Promise<void> {
  let postedAt = performance.now();
  while (playing && run === current && !current.stopped) {
    const begun = performance.now();
    do current.step();
    while (performance.now() - begun < SLICE && !current.stopped);
    if (performance.now() - postedAt >= BETWEEN_MOMENTS || current.stopped) {
      tell({ moment: momentOf(current) });
      postedAt = performance.now();
    }
    await new Promise((resolve) => setTimeout(resolve));
  }
  if (run === current) playing = false;
}

const tell = (message: Message): void => postMessage(message);

async function answer({ id, call, argument }: Question): Promise<void> {
  try {
    const handler = HANDLERS[call] as (argument: unknown) => unknown;
    tell({ id, value: await handler(argument) });
  } catch (error) {
    tell({ id, refusal: error instanceof Error ? error.message : String(error) });
  }
}

addEventListener("message", ({ data }: MessageEvent<Question>) => void answer(data));
