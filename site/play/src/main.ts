import "uplot/dist/uPlot.min.css";
import "virtual:palette.css";
import "./style/index.css";
import type { Advice } from "../../../src/diagnosis/index.ts";
import type { GradientFlow } from "../../../src/flow/index.ts";
import { Brought } from "./brought.ts";
import { latest, startWorker } from "./client.ts";
import type { Moment, Opened } from "./messages.ts";
import { fromAddress, type PageState, toAddress } from "./model/address.ts";
import type { Whole } from "./model/controls/control.ts";
import { firstOf } from "./model/first.ts";
import { checked, type Experiment, type Measured } from "./model/experiment.ts";
import { type Level, LEVELS } from "./model/levels.ts";
import { merged } from "./model/merge-patch.ts";
import { inReach } from "./model/reach.ts";
import { movedTo } from "./model/plane.ts";
import { Run } from "./run.ts";
import { requireReadable } from "./model/file-size.ts";
import { createActivations } from "./view/activations.ts";
import { onColors } from "./view/colors.ts";
import { createComparison, type Pinned } from "./view/comparison.ts";
import { createControls } from "./view/controls.ts";
import { byId, calmly, say } from "./view/dom.ts";
import { createLedger } from "./view/ledger.ts";
import { createLevels } from "./view/levels.ts";
import { createProfile, type Expected } from "./view/profile.ts";
import { createSharing } from "./view/sharing.ts";
import { createTraining } from "./view/training.ts";
import { createVerdict } from "./view/verdict.ts";
import { createWeightPlane } from "./view/weight-plane.ts";

/** After each answer, theory pauses four times as long as it has worked: it uses at most a fifth of a core. */
const THEORY_REST = 4;

const passes = startWorker((moment) => run.show(moment));
const brought = new Brought(passes);
/** Theory and reports have a worker of their own: a pass never waits for them. */
const thoughts = startWorker();

const begun = fromAddress(location.hash);
let state: PageState = begun.state;
let whole: Whole = checked(state.current) as Whole;
/** The measurement that the page shows now, and the results shown with it. */
let shown: Measured | null = null;
/** The experiment of this measurement: while a slider is dragged, the state is already newer. */
let shownOf: Experiment | null = null;
let pinned: Pinned | null = null;
let theory: Expected | null = null;
/**
 * Number of profiles drawn so far. The page's first element has it, with the ends of the last profile, for the bench.
 */
let drawn = 0;
/** Whether a frame has been asked for, and whether more than the profile has changed. */
let isAsked = false;
let isStale = false;

const profile = createProfile();
const ledger = createLedger();
const activations = createActivations();
const verdict = createVerdict(apply);
const controls = createControls((experiment) => change({ current: inReach(checked(experiment) as Whole) }));
const plane = createWeightPlane(
  (place) => change({ current: movedTo(whole, place) }),
  (name) => thoughts.ask("line", name),
);
const comparison = createComparison();
const levels = createLevels(chooseLevel);
const training = createTraining({
  play: () => run.togglePlay(),
  step: () => run.step(),
  rewind,
  choose: chooseTraining,
});
const run = new Run({ passes, state: () => state, draw: drawRun, notice });

const writeAddress = calmly(300, () => history.replaceState(null, "", toAddress(state)));
const measure = latest(
  (experiment: Experiment) => brought.measure(experiment),
  (measured, experiment) => {
    // a run may have begun in the meantime; it shows its own network
    if (run.moment === null && experiment.network.kind === whole.network.kind) show(measured, experiment);
    notice(null);
  },
  (reason) => notice(reason),
);
const measurePinned = latest(
  (experiment: Experiment) => passes.ask("measure", experiment),
  (measured) => {
    if (state.pinned === null) return;
    pinned = { measured, file: null };
    redraw();
  },
  (reason) => notice(`B: ${reason}`),
);
/** Theory takes longer than a pass: while a slider is dragged it comes a few times a second. */
const think = latest(
  (flow: GradientFlow) => thoughts.ask("theory", flow),
  (comparison) => {
    if (run.updates > 0) return; // the network has been trained in the meantime
    theory = comparison.applies ? comparison : null;
    say(
      byId("theory-note"),
      comparison.applies ? `Theory: ${comparison.sentence}.` : `No theory line: ${comparison.why}`,
    );
    redrawProfile();
  },
  () => {
    theory = null;
  },
  THEORY_REST,
);

/** Applies a change that came from a control, an advice, a level or a file. */
function change(wish: Partial<PageState>): void {
  const next = { ...state, ...wish };
  try {
    whole = checked(next.current) as Whole;
  } catch (error) {
    notice(error instanceof Error ? error.message : String(error));
    return;
  }
  const sameSeed = next.pinned !== null && wish.current !== undefined && next.pinned.seed !== next.current.seed;
  state = sameSeed ? { ...next, pinned: { ...next.pinned, seed: next.current.seed } as Experiment } : next;
  if (wish.current !== undefined) {
    run.end();
    measure(state.current);
  }
  if (sameSeed && state.pinned !== null) measurePinned(state.pinned);
  controls.show(whole);
  plane.show(whole);
  writeAddress();
}

function show(measured: Measured, experiment: Experiment): void {
  shown = measured;
  shownOf = experiment;
  if (run.updates === 0)
    think({ ...measured.flow, layers: [] }); // which theory does not read
  else if (theory !== null) {
    theory = null;
    say(byId("theory-note"), "Theory is about first weights: there is no line for trained ones.");
  }
  redraw();
}

/** Draws everything once, with the next frame of the screen, however many changes come before it. */
function redraw(): void {
  isStale = true;
  redrawProfile();
}

function redrawProfile(): void {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    if (shown === null) return;
    profile.draw(shown.flow, pinned?.measured.flow ?? null, fitting(theory, shown.flow));
    if (isStale) paint(shown);
    isStale = false;
  });
}

function paint({ flow, diagnosis }: Measured): void {
  ledger.draw(flow);
  activations.draw(flow);
  verdict.draw(flow, diagnosis);
  comparison.show(shown, pinned);
  const level = LEVELS.find(({ id }) => id === state.level);
  // a level is judged by a measurement of the present network, not of the network before the last change
  if (level !== undefined && shownOf === state.current) {
    const { frame } = run.moment ?? {};
    const progress =
      frame === undefined ? null : { updates: frame.updates, loss: frame.recent, baseline: frame.baseline };
    levels.judge(level, { flow, diagnosis, experiment: state.current, training: progress });
  }
  drawn++;
  const { dataset } = document.documentElement;
  dataset.ends = `${flow.lnGradientNorm[0]} ${flow.lnGradientNorm.at(-2)}`;
  dataset.drawn = String(drawn);
}

/** Null if the theory is for a flow of another length. */
const fitting = (expected: Expected | null, { lnGradientNorm }: GradientFlow): Expected | null =>
  expected?.lnExpected?.length === lnGradientNorm.length ? expected : null;

function notice(text: string | null): void {
  const box = byId("notice");
  box.hidden = text === null;
  say(box, text ?? "");
}

/* A run. */

function drawRun(moment: Moment | null, playing: boolean): void {
  training.draw(moment, playing);
  if (moment !== null && moment.measured !== shown) show(moment.measured, state.current);
}

function rewind(anew: boolean): void {
  const current = anew ? { ...state.current, seed: (state.current.seed + 1) % 100 } : state.current;
  change({ current });
}

function chooseTraining(choice: PageState["training"]): void {
  state = { ...state, training: choice };
  run.change(choice);
  writeAddress();
}

/* Advice and levels. */

function apply({ patch }: Advice): void {
  const network = merged(whole.network, patch) as Experiment["network"];
  change({ current: { ...state.current, network } });
}

function chooseLevel(level: Level | null): void {
  void brought.leave();
  levels.show(level);
  change({ level: level?.id ?? null, current: level?.start ?? firstOf(whole.network.kind) });
}

/* Files, and the comparison of two networks. */

async function openFile(file: File): Promise<void> {
  try {
    requireReadable(file);
    const bytes = new Uint8Array(await file.arrayBuffer());
    take(await passes.ask("open", { name: file.name, bytes, current: state.current }), file.name);
  } catch (error) {
    notice(error instanceof Error ? error.message : String(error));
  }
}

function take(opened: Opened, name: string): void {
  if (opened.kind === "flow") {
    pinned = { measured: opened, file: name };
    state = { ...state, pinned: null };
    writeAddress();
    redraw();
    return;
  }
  const { weights, experiment } = opened;
  brought.take(name, experiment, weights);
  levels.show(null);
  change({ current: experiment, level: null });
  say(byId("copied"), opened.notes.join(" "));
}

createSharing({
  state: () => state,
  shown: () => shown,
  brought: () => brought.file,
  isTrained: () => run.moment !== null,
  report: (of) => thoughts.ask("report", of),
  notice,
});
const onClick = (id: string, act: () => unknown) => byId(id).addEventListener("click", () => void act());
onClick("pin", () => {
  if (shown === null) return;
  pinned = { measured: shown, file: null };
  state = { ...state, pinned: shownOf };
  writeAddress();
  redraw();
});
onClick("unpin", () => {
  pinned = null;
  state = { ...state, pinned: null };
  writeAddress();
  redraw();
});
onClick("swap", () => {
  const other = state.pinned;
  if (other === null) return;
  const mine = state.current;
  change({ current: other, pinned: mine });
  measurePinned(mine);
});
onClick("begin", () => chooseLevel(LEVELS[0]));
byId<HTMLInputElement>("file").addEventListener("change", ({ target }) => {
  const file = (target as HTMLInputElement).files?.[0];
  if (file !== undefined) void openFile(file);
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file !== undefined) void openFile(file);
});
addEventListener("hashchange", () => {
  const { state: next, fault } = fromAddress(location.hash);
  begin(next, fault);
});
onColors(redraw);
addEventListener("resize", calmly(100, redraw));

function begin(next: PageState, fault: string | null): void {
  levels.show(LEVELS.find(({ id }) => id === next.level) ?? null);
  training.show(next.training);
  change(next);
  if (next.pinned !== null) measurePinned(next.pinned);
  if (fault !== null) notice(fault);
}
begin(begun.state, begun.fault);
