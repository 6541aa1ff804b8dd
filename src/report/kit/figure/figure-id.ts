/** A name as the id of a figure: lower-case letters, digits and hyphens, so that it names a file in its own folder. */
export function figureId(name: string): string {
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 80);
  return id === "" ? "figure" : id;
}
