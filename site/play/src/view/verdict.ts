import type { Advice, Diagnosis } from "../../../../src/diagnosis/index.ts";
import { type GradientFlow, nonfiniteLayer } from "../../../../src/flow/index.ts";
import { VERDICT_TONES } from "../../../../src/report/kit/verdict-tones.ts";
import { capitalized } from "../../../../src/words/phrases.ts";
import { atMost, byId, calmly, element, say, TEXT_MS } from "./dom.ts";
import { powerText } from "./profile.ts";

export interface VerdictView {
  draw(flow: GradientFlow, diagnosis: Diagnosis): void;
}

/** The verdict in words: an illustration, the measured sentence, cause and advice. @param onApply applies an advice */
export function createVerdict(onApply: (advice: Advice) => void): VerdictView {
  const word = byId("verdict-word");
  const feel = byId("verdict-feel");
  const summary = byId("verdict-summary");
  const causes = byId("causes");
  const advice = byId("advice");
  const parts = byId("parts");
  const spoken = calmly(700, (text: string) => say(byId("spoken"), text));
  let shownAdvice = "";
  const explain = atMost(TEXT_MS, (flow: GradientFlow, diagnosis: Diagnosis) => {
    say(feel, feeling(flow, diagnosis));
    say(summary, diagnosis.summary);
    drawCauses(causes, diagnosis);
    drawParts(parts, diagnosis);
    const key = JSON.stringify(diagnosis.advice);
    if (key !== shownAdvice) {
      shownAdvice = key;
      drawAdvice(advice, diagnosis.advice, onApply);
    }
    spoken(`${diagnosis.verdict}. ${feeling(flow, diagnosis)}`);
  });
  return {
    draw(flow, diagnosis) {
      word.className = VERDICT_TONES[diagnosis.verdict];
      say(word, diagnosis.verdict === "nonfinite" ? "Out of range (NaN)" : capitalized(diagnosis.verdict));
      explain(flow, diagnosis);
    },
  };
}

/** One sentence that illustrates the number. */
function feeling({ axis, lnGradientNorm, nonfinite, spec }: GradientFlow, { verdict, evidence }: Diagnosis): string {
  const first = axis === "step" ? "the first step" : "the first layer";
  const gain = (evidence.totalGain ?? 0) / Math.LN10;
  switch (verdict) {
    case "nonfinite":
      return nonfinite === undefined
        ? "The numbers ran out of range: NaN stands for “no number”."
        : `The numbers ran out of range at ${nonfiniteLayer(spec, nonfinite)}${nonfinite.step === undefined ? "" : `, step ${nonfinite.step}`}: from there on every result is NaN, “no number”.`;
    case "dead":
      return `Nothing at all reaches ${first}: the gradient is exactly zero there.`;
    case "vanishing":
      return `Of what leaves the loss, 1 part in ${powerText(-gain)} reaches ${first}.`;
    case "exploding":
      return gain > 0
        ? `On its way to ${first} the gradient grows ${powerText(gain)} times.`
        : "On its way the gradient grows beyond measure.";
    case "blocked":
      return "The gradient would arrive, but something else stands in the way.";
    case "mixed":
      return "Some samples get a gradient, and others do not.";
    default: {
      const times = Math.exp(Math.abs(evidence.totalGain ?? 0));
      const change =
        times < 1.5
          ? "almost as large as it left"
          : `${times.toPrecision(2)} times ${gain < 0 ? "smaller" : "larger"} than it left`;
      return lnGradientNorm.length < 2 ? "There is no way to go." : `The gradient reaches ${first} ${change}.`;
    }
  }
}

function drawCauses(list: HTMLElement, { causes }: Diagnosis): void {
  const wanted = causes.slice(0, 3);
  while (list.children.length > wanted.length) list.lastElementChild?.remove();
  while (list.children.length < wanted.length) {
    const bar = element("meter", { min: 0, max: 1, "aria-hidden": "true" });
    list.append(element("li", {}, bar, element("span")));
  }
  wanted.forEach(({ share, sentence }, i) => {
    const [bar, text] = list.children[i].children as unknown as [HTMLMeterElement, HTMLElement];
    bar.value = share;
    say(text, capitalized(sentence));
  });
  list.hidden = wanted.length === 0;
}

const PARTS = { input: "Input", path: "Path", readout: "Readout", loss: "Loss", update: "Update" } as const;

/** The five parts between the data and the update, each with its state. */
function drawParts(list: HTMLElement, { parts }: Diagnosis): void {
  if (list.children.length !== parts.length) {
    list.replaceChildren(
      ...parts.map(({ part }) => element("li", {}, element("b", {}, PARTS[part]), " ", element("span"))),
    );
  }
  parts.forEach(({ state, evidence }, i) => {
    const item = list.children[i] as HTMLElement;
    item.className = state === "healthy" ? "good" : state === "unmeasured" ? "" : "bad";
    item.title = evidence;
    say(
      item.querySelector("span") as HTMLElement,
      state === "unmeasured" ? "not measured" : state.replaceAll("-", " "),
    );
  });
}

function drawAdvice(list: HTMLElement, advice: readonly Advice[], onApply: (advice: Advice) => void): void {
  list.replaceChildren(
    ...advice.map((each) => {
      const item = element("li", {}, element("span", {}, each.sentence));
      if (Object.keys(each.patch).length > 0) {
        const button = element("button", { type: "button", class: "apply" }, "Apply");
        button.addEventListener("click", () => onApply(each));
        item.append(" ", button);
      }
      return item;
    }),
  );
}
