import type { Experiment } from "../model/experiment.ts";
import { type Control, GROUPS, placeOf, type Whole } from "../model/controls/control.ts";
import { CONTROLS } from "../model/controls/index.ts";
import { byId, element, say } from "./dom.ts";

export interface ControlsView {
  show(experiment: Whole): void;
}

interface Shown {
  readonly control: Control;
  readonly row: HTMLElement;
  readonly show: (experiment: Whole) => void;
}

/**
 * Every control, group by group; those that do not fit the network are left out. @param onChange called with the
 * experiment after a change by the visitor
 */
export function createControls(onChange: (experiment: Experiment) => void): ControlsView {
  let current: Whole | undefined;
  const change = (write: (experiment: Whole) => Experiment) => {
    if (current !== undefined) onChange(write(current));
  };
  const rows = CONTROLS.map((control) => rowOf(control, change));
  const groups = GROUPS.map((name) => {
    const own = rows.filter(({ control }) => control.group === name);
    const open = name !== "Faults to plant";
    const details = element("details", { open }, element("summary", {}, name), ...own.map(({ row }) => row));
    return { details, own };
  });
  byId("controls").append(...groups.map(({ details }) => details));
  return {
    show(experiment) {
      current = experiment;
      for (const { details, own } of groups) {
        for (const { control, row, show } of own) {
          row.hidden = !control.fits(experiment);
          if (!row.hidden) show(experiment);
        }
        details.hidden = own.every(({ row }) => row.hidden);
      }
      const { edits } = experiment;
      const planted = (edits.inputScale ?? 1) !== 1 || edits.firstBias !== undefined || edits.labels === "same";
      if (planted) (groups.at(-1) as (typeof groups)[number]).details.open = true;
    },
  };
}

function rowOf(control: Control, change: (write: (experiment: Whole) => Experiment) => void): Shown {
  const id = `control-${control.id}`;
  const help = element("p", { class: "help", id: `${id}-help` }, control.help);
  if (control.type === "range") {
    const { places, read, write, text = String } = control;
    const input = element("input", {
      type: "range",
      id,
      min: 0,
      max: places.length - 1,
      step: 1,
      "aria-describedby": help.id,
    });
    const value = element("output", { for: id });
    input.addEventListener("input", () => change((experiment) => write(experiment, places[Number(input.value)])));
    const show = (experiment: Whole) => {
      const now = read(experiment);
      const place = String(placeOf(places, now));
      if (input.value !== place) input.value = place;
      const words = text(now);
      if (value.textContent === words) return;
      input.setAttribute("aria-valuetext", words);
      say(value, words);
    };
    return {
      control,
      show,
      row: element("div", { class: "control" }, element("label", { for: id }, control.label), value, input, help),
    };
  }
  if (control.type === "choice") {
    const { choices, read, write } = control;
    const select = element("select", { id, "aria-describedby": help.id });
    select.addEventListener("input", () => change((experiment) => write(experiment, select.value)));
    let listed = "";
    const show = (experiment: Whole) => {
      const offered = choices(experiment);
      const key = offered.map(([name]) => name).join();
      if (key !== listed) {
        listed = key;
        select.replaceChildren(...offered.map(([name, label]) => element("option", { value: name }, label)));
      }
      select.value = read(experiment);
    };
    return {
      control,
      show,
      row: element("div", { class: "control" }, element("label", { for: id }, control.label), select, help),
    };
  }
  const { read, write } = control;
  const box = element("input", { type: "checkbox", id, "aria-describedby": help.id });
  box.addEventListener("input", () => change((experiment) => write(experiment, box.checked)));
  const row = element("div", { class: "control switch" }, box, element("label", { for: id }, control.label), help);
  return {
    control,
    row,
    show: (experiment) => {
      box.checked = read(experiment);
    },
  };
}
