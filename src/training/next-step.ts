import { adviceSentence, type Advice, type Cause, type Diagnosis } from "../diagnosis/index.ts";
import { ratio } from "../words/numbers.ts";

/** What a diagnosis of a run's gradient tells about its phase. */
export interface Look {
  readonly verdict: Diagnosis["verdict"];
  readonly state: Diagnosis["state"];
  readonly totalGain: number;
  readonly axis: "layer" | "step";
  readonly obstacle?: { readonly part: string; readonly evidence: string };
  readonly causes?: readonly Pick<Cause, "tensor">[];
  readonly advice?: readonly Pick<Advice, "sentence">[];
}

const uncapital = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** "Repair the input first: …", if a part other than the path is at fault. */
export function repairOf(look: Look | null): string | null {
  if (look?.obstacle === undefined || look.obstacle.part === "update") return null;
  const advice = adviceSentence(look.advice ?? []);
  // the advice of a sick path is about the path
  const where = look.verdict === "blocked" ? "" : ", and the path";
  return `Repair the ${look.obstacle.part} first${advice === "" ? "." : `${where}: ${uncapital(advice)}`}`;
}

/** The reason for a phase, as the end of its sentence. */
export function because(name: string, look: Look | null): string {
  if (look === null) return "";
  if (name === "dead") {
    return look.state === "no-gradient"
      ? "; the loss sends back a gradient of exactly zero"
      : `; no gradient reaches the first ${look.axis}`;
  }
  if (name === "vanishing" || name === "exploding") {
    const factor = `${ratio(look.totalGain)} times ${look.totalGain < 0 ? "smaller" : "larger"}`;
    return `; on its way back to the first ${look.axis} a gradient becomes ${factor}`;
  }
  if (look.obstacle === undefined) return "";
  const { evidence } = look.obstacle;
  return `; ${uncapital(evidence.replace(/\.$/, ""))}`;
}

/** What to do about a run whose loss is flat. */
export function nextOf(name: string, look: Look | null): string {
  switch (name) {
    case "dead":
      return (
        (look?.causes?.[0]?.tensor === undefined ? null : adviceSentence(look.advice ?? [])) ??
        repairOf(look) ??
        (look?.state === "no-gradient"
          ? "Look at the readout and the loss: no gradient is sent back."
          : "Look at the layer where the gradient ends (diagnose names the tensor).")
      );
    case "vanishing":
    case "exploding":
      return "Repair the path: prescribe tries remedies on this network.";
    case "plateau":
      return "Lower the learning rate, or stop: judge the run by its validation loss.";
    case "above-trivial":
      return (
        repairOf(look) ??
        "Scale inputs and targets to mean 0 and variance 1, and try a tenth of the learning rate and ten times it."
      );
    default:
      return repairOf(look) ?? "Check labels and inputs, and try a tenth of the learning rate and ten times it.";
  }
}
