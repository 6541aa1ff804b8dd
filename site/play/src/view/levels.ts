import { judgeLevel, type Level, LEVELS, type Progress } from "../model/levels.ts";
import { byId, element, say } from "./dom.ts";

export interface LevelsView {
  show(level: Level | null): void;
  /** Judges a measurement. */
  judge(level: Level, progress: Progress): void;
}

const KEY = "evanesce.levels";

/** The levels: a list, and the one that is being played. @param onChoose a level, or null for free play */
export function createLevels(onChoose: (level: Level | null) => void): LevelsView {
  const solved = new Set<string>(remembered());
  const select = byId<HTMLSelectElement>("level");
  const list = () =>
    select.replaceChildren(
      element("option", { value: "" }, "Free play"),
      ...LEVELS.map(({ id, title }, i) =>
        element("option", { value: id }, `${i + 1}. ${title}${solved.has(id) ? "  ✓" : ""}`),
      ),
    );
  list();
  select.addEventListener("input", () => onChoose(LEVELS.find(({ id }) => id === select.value) ?? null));
  byId("again").addEventListener("click", () => onChoose(LEVELS.find(({ id }) => id === select.value) ?? null));
  byId("next").addEventListener("click", () => {
    const at = LEVELS.findIndex(({ id }) => id === select.value);
    onChoose(LEVELS[at + 1] ?? null);
  });
  const [story, goal, hint, word, box] = ["level-story", "level-goal", "level-hint", "level-word", "level-box"].map(
    (id) => byId(id),
  );
  return {
    show(level) {
      select.value = level?.id ?? "";
      box.hidden = level === null;
      box.classList.remove("solved");
      byId("begin").hidden = level !== null;
      if (level === null) return;
      say(story, level.story);
      say(goal, level.goal);
      say(hint, level.hint);
      byId<HTMLDetailsElement>("level-help").open = false;
      byId("next").hidden = LEVELS.at(-1) === level;
    },
    judge(level, progress) {
      const judged = judgeLevel(level, progress);
      box.classList.toggle("solved", judged.solved);
      say(word, judged.solved ? `Solved. ${judged.word}` : judged.word);
      if (!judged.solved || solved.has(level.id)) return;
      solved.add(level.id);
      remember([...solved]);
      const { value } = select;
      list();
      select.value = value;
    },
  };
}

/** The levels that were solved in this browser before; none if the browser stores nothing. */
function remembered(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

function remember(ids: readonly string[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(ids));
  } catch {
    // a browser that stores nothing only forgets which levels are solved
  }
}
