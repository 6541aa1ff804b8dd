/** Before any test: builds the core if assembly/ has changed since. */
import { fileURLToPath } from "node:url";

export default async function setup(): Promise<void> {
  const { freshenCore } = await import(fileURLToPath(new URL("../../scripts/core/fresh.mjs", import.meta.url)));
  await freshenCore();
}
