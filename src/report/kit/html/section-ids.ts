/** Ids that a page uses itself. */
const OWN = ["result", "run-again", "terms"];

/** An id for each heading, of letters, digits and hyphens, no two alike. Figures have ids of their own. */
export function sectionIds(headings: readonly string[]): string[] {
  const taken = new Set(OWN);
  return headings.map((heading) => {
    const name = heading
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "");
    const base = `section-${name === "" ? "part" : name}`;
    let id = base;
    for (let n = 2; taken.has(id); n++) id = `${base}-${n}`;
    taken.add(id);
    return id;
  });
}
