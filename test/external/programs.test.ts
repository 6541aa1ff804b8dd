import { describe, expect, it } from "vitest";
import { AUTO_TRAINER } from "../../bench/external/auto-trainer.ts";
import { DEEP_LOCALIZE } from "../../bench/external/deep-localize.ts";
import { judge, type Said } from "../../bench/external/program.ts";
import { formatPairs, formatPrograms } from "../../bench/external/table.ts";

/** Pairs whose runs take less than a second, one a kind of fault. */
const QUICK = ["39525358", "45337371", "48221692", "48934338", "50306988"];

describe("published faulty programs", () => {
  it("are 51 networks of AutoTrainer, 31 of them faulty, and at least 15 pairs of DeepLocalize", () => {
    expect(AUTO_TRAINER).toHaveLength(51);
    expect(AUTO_TRAINER.filter(({ isFaulty }) => isFaulty)).toHaveLength(31);
    expect(DEEP_LOCALIZE.length).toBeGreaterThanOrEqual(15);
  });

  it.each(DEEP_LOCALIZE.filter(({ name }) => QUICK.includes(name)))(
    "$name, $fault: told apart, its cause named",
    async (pair) => {
      const [buggy, mended] = [await judge(pair.buggy), await judge(pair.mended)];
      expect(buggy.isSick).toBe(true);
      expect(buggy.causes.filter((cause) => pair.causes.includes(cause))).not.toEqual([]);
      expect(mended.isSick).toBe(false);
    },
  );

  it("exponential, sigmoid and rectifier networks of AutoTrainer are told", async () => {
    for (const name of ["circles 205c07d5", "circles 5ab0aeda", "circles 8e28bdef", "circles 8de47bdc"]) {
      const program = AUTO_TRAINER.find((one) => one.name.startsWith(name))!;
      expect((await judge({ ...program, updates: 200 })).isSick, name).toBe(true);
    }
  });
});

describe("the tables", () => {
  const said = (isSick: boolean, loss: number, causes: string[] = []): Said => ({
    ...{ verdict: isSick ? "dead" : "healthy", parts: [], phase: "learning", causes, isSick, loss },
  });

  it("count what is told by the label and by what was learned", () => {
    const [faulty, normal] = [AUTO_TRAINER[0]!, AUTO_TRAINER.find(({ isFaulty }) => !isFaulty)!];
    const text = formatPrograms([
      { program: faulty, said: said(true, 0.9) },
      { program: normal, said: said(true, 0.4) },
    ]);
    expect(text).toMatch(/faulty by its label, told +1 of 1; DeepDiagnosis 1/);
    expect(text).toMatch(/told and did not learn +1 of 2/);
  });

  it("count pairs told apart and causes named", () => {
    const pair = DEEP_LOCALIZE[0]!;
    const text = formatPairs([
      { pair, buggy: said(true, 1, ["learning-rate"]), mended: said(false, 0.1) },
      { pair, buggy: said(true, 1, ["labels"]), mended: said(true, 0.9) },
    ]);
    expect(text).toMatch(/told apart +1 of 2/);
    expect(text).toMatch(/does not learn +1\n/);
    expect(text).toMatch(/named first +1 of 2/);
  });
});
