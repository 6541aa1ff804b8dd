import type { Claim, ClaimsReport, Figure as ClaimFigure } from "../../experiments/index.ts";
import { TOPICS } from "../../experiments/topics.ts";
import { keyNumber, measuredText } from "./text.ts";
import type { Figure, Mark } from "../flow/figures/index.ts";
import { counted } from "../../words/numbers.ts";
import { jsonText } from "../kit/json.ts";
import type { Report, Section } from "../kit/html/report.ts";

/** The claims as a page: each sentence with its verdict, its criterion, its numbers and its figure. */
export function claimsPage(report: ClaimsReport, command?: string): Report {
  const { claims, seed, size } = report;
  const count = (verdict: Claim["verdict"]) => claims.filter((claim) => claim.verdict === verdict).length;
  const failed = count("does not hold");
  return {
    title: "What is said of vanishing gradients, executed",
    summary: `Of ${counted(claims.length, "claim")} ${count("holds")} hold, ${count("holds partly")} hold partly, ${failed} do not hold and ${count("not run")} were not run.`,
    subject: [`${size} size, seed ${seed}`],
    facts: (["holds", "holds partly", "does not hold", "not run"] as const).map((verdict) => ({
      label: verdict,
      value: String(count(verdict)),
    })),
    sections: [
      {
        heading: "All claims",
        table: {
          heads: ["Claim", "Verdict", "Key number [95 %]"],
          rows: claims.map((claim) => {
            const key = keyNumber(claim);
            return [claim.sentence, claim.verdict, key === undefined ? "–" : `${key.name}: ${measuredText(key)}`];
          }),
          text: [0, 1, 2],
          sentences: [0, 2],
        },
      },
      ...claims.map(section),
    ],
    reproduce: { command, notes: [`Seed ${seed}.`] },
    data: {
      name: "claims.json",
      length: 200 * claims.length,
      text: () => [...jsonText({ ...report, command })].join(""),
    },
  };
}

function section(claim: Claim): Section {
  const { id, topic, sentence, verdict, where, criterion, published, numbers, figure } = claim;
  return {
    heading: id,
    ...(figure === null ? {} : { figure: drawn(id, figure) }),
    notes: [
      { label: TOPICS[topic], text: sentence },
      { label: "Verdict", text: where === null ? verdict : `${verdict}: ${where}` },
      { label: "Criterion", text: criterion },
      ...(published === null ? [] : [{ label: "Published", text: published }]),
    ],
    table: {
      heads: ["Number", "Measured [95 %]", "n"],
      rows: numbers.map((number) => [number.name, measuredText(number), String(number.n)]),
      text: [0, 1],
      sentences: [0, 1],
    },
  };
}

function drawn(id: string, { x, y, series }: ClaimFigure): Figure {
  const places = (values: readonly number[], log: boolean | undefined) => (log ? values.map(Math.log) : values);
  const marks = series.flatMap(({ label, as, ...one }, slot): Mark[] => {
    const common = { name: label, x: places(one.x, x.log), slot };
    const line: Mark = { kind: "line", ...common, y: places(one.y, y.log), points: as !== undefined && as !== "line" };
    if (one.low === undefined || one.high === undefined || one.x.length < 2) return [line];
    return [{ kind: "band", ...common, low: places(one.low, y.log), high: places(one.high, y.log) }, line];
  });
  return {
    id,
    title: id,
    caption: `${y.label}, by ${x.label}: ${series.map(({ label }) => label).join(", ")}.`,
    x: x.names === undefined ? axis(x) : { label: x.label, scale: "names", names: x.names },
    y: axis(y),
    marks,
  };
}

const axis = ({ label, log }: ClaimFigure["x"]) => ({ label, scale: log ? ("decades" as const) : ("linear" as const) });
