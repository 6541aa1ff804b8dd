import type { Claim, ClaimsReport } from "../../experiments/index.ts";
import { TOPICS } from "../../experiments/topics.ts";
import { claimFigure } from "./figures.ts";
import { keyNumber, measuredText } from "./numbers.ts";
import { counted } from "../../words/numbers.ts";
import { jsonText } from "../kit/json.ts";
import type { Report, Section } from "../kit/html/report.ts";

/** The claims as a page: each sentence with its verdict, criterion, numbers and figure. */
export function claimsPage(report: ClaimsReport, command?: string): Report {
  const { claims, seed, size } = report;
  const count = (verdict: Claim["verdict"]) => claims.filter((claim) => claim.verdict === verdict).length;
  const failed = count("does not hold");
  return {
    title: "Claims about vanishing gradients, tested",
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
    ...(figure === null ? {} : { figure: claimFigure(id, figure) }),
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
