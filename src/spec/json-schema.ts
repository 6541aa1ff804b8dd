import * as z from "zod/mini";
import { networkSchema } from "./index.ts";
import { isListed } from "./layers.ts";

/** The JSON Schema of both kinds with defaults and descriptions, as `evanesce schema` prints it. */
export function networkJsonSchema(): unknown {
  return z.toJSONSchema(networkSchema(), {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      if (def.type !== "default" && def.type !== "optional") return;
      // zod drops the default of a preprocessed field, and every name is preprocessed
      if (def.type === "default") jsonSchema.default = def.defaultValue;
      if (!isListed(def.innerType)) return;
      const { default: value, description, ...one } = jsonSchema;
      for (const key of Object.keys(one)) delete jsonSchema[key];
      jsonSchema.anyOf = [one, { type: "array", minItems: 1, items: one }];
    },
  });
}
