import * as z from "zod/mini";
import { networkSchema } from "./index.ts";

/** JSON Schema of both kinds, every default and description included: what `evanesce schema` prints. */
export function networkJsonSchema(): unknown {
  return z.toJSONSchema(networkSchema(), {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      // zod drops the default of a field that is preprocessed, as every name is
      const { def } = zodSchema._zod;
      if (def.type === "default") jsonSchema.default = def.defaultValue;
    },
  });
}
