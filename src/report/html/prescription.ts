import type { Prescription, Treatment } from "../../prescription/index.ts";
import { describeNetwork } from "../describe.ts";
import type { Figure } from "../figures/index.ts";
import { nats, significant } from "../numbers.ts";
import { jsonText } from "../plain.ts";
import { TONES } from "../tones.ts";
import type { Report } from "./report.ts";

/** A prescription as a page: what is wrong, whether the accused factor is guilty, what each remedy did and costs. */
export function prescriptionReport(prescription: Prescription, command?: string): Report {
  const { patient, network, task, seeds, treatments, controls, knockOuts, verification, advice, spec } = prescription;
  const subject = describeNetwork({ spec: network });
  const verdict = patient?.verdict ?? "healthy";
  const all = [...treatments, ...controls];
  return {
    title: `${verdict}: ${subject}`,
    verdict: { word: verdict[0].toUpperCase() + verdict.slice(1), tone: TONES[verdict] },
    summary: patient?.diagnosis.summary ?? "Stopped before the network was measured.",
    advice,
    subject: [subject, `${task?.name ?? "–"}, seeds ${seeds.join(", ")}`],
    facts:
      patient === null
        ? []
        : [
            {
              label: "Gain along the path",
              value: `${nats(patient.gain.mean)} nats`,
              note: `over ${seeds.length} seeds`,
            },
          ],
    sections: [
      ...(all.length === 0 ? [] : [{ heading: "Remedies", figure: ranking(prescription), table: treatmentTable(all) }]),
      ...(knockOuts.length === 0
        ? []
        : [
            {
              heading: "Knock-outs",
              table: {
                heads: ["Replaced", "Change", "Expected", "Confirmed"],
                rows: knockOuts.map(({ what, change, expected, confirmed }) => [
                  what,
                  `${nats(change.mean)} nats`,
                  expected === null ? "–" : `${nats(expected)} nats`,
                  confirmed ? "yes" : "no",
                ]),
                text: [0],
              },
            },
          ]),
      ...(verification === null
        ? []
        : [{ heading: "Training", notes: [{ label: "Loss", text: verification.summary }] }]),
    ],
    reproduce: { command, spec, notes: ["The spec above is the prescribed network, ready for `evanesce propagate`."] },
    data: {
      name: "prescription.json",
      length: 100 * all.length,
      text: () => [...jsonText({ ...prescription })].join(""),
    },
  };
}

function ranking({ patient, treatments, controls }: Prescription): Figure {
  const rows = [
    ...(patient === null ? [] : [{ name: "as it is", gain: patient.gain }]),
    ...[...treatments, ...controls].map(({ name, gain }) => ({ name, gain })),
  ].toReversed();
  return {
    id: "remedies",
    title: "Gain along the path under each remedy",
    caption:
      "ln of the gradient at the far end over the gradient at the loss, mean and 95 % interval over seeds; 0 is a path that keeps its gradient. Best remedies at the top, controls at the foot.",
    x: { label: "gain, nats", scale: "linear" },
    y: { label: "", scale: "names", names: rows.map(({ name }) => name) },
    marks: [
      { kind: "rule", name: "kept", at: { x: 0 } },
      {
        kind: "interval",
        name: "gain",
        rows: rows.map(({ gain }) => ({ value: gain.mean, low: gain.low, high: gain.high })),
        slot: 0,
      },
    ],
  };
}

const treatmentTable = (all: readonly Treatment[]) => ({
  heads: ["Remedy", "What", "Gain after", "Verdict", "Parameters ×", "Flops ×"],
  rows: all.map(({ name, what, gain, verdict, parametersRatio, flopsRatio }) => [
    name,
    what,
    nats(gain.mean),
    verdict,
    significant(parametersRatio),
    significant(flopsRatio),
  ]),
  text: [0, 1, 3],
});
