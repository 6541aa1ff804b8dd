/** Every command uses each group of options that it lists: otherwise its options would be accepted and ignored. */
import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const FOLDER = new URL("../../src/cli/commands/", import.meta.url);

/** The groups that a command lists, and those that its `run` takes out of the request; `rest` if it takes all others. */
interface Taken {
  readonly listed: readonly string[];
  readonly taken: ReadonlySet<string>;
  readonly rest: boolean;
}

/** Every declaration of a command in a source. */
function commandsOf(source: string): Taken[] {
  const found: Taken[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText(file) === "command") {
      const [declaration] = node.arguments;
      if (declaration !== undefined && ts.isObjectLiteralExpression(declaration)) found.push(readCommand(declaration));
    }
    ts.forEachChild(node, visit);
  };
  const file = ts.createSourceFile("command.ts", source, ts.ScriptTarget.Latest, true);
  visit(file);
  return found;
}

function readCommand({ properties }: ts.ObjectLiteralExpression): Taken {
  const value = (name: string) => {
    const property = properties.find((each) => each.name?.getText() === name);
    return property !== undefined && ts.isPropertyAssignment(property) ? property.initializer : undefined;
  };
  const [options, run] = [value("options"), value("run")];
  if (options === undefined || !ts.isObjectLiteralExpression(options))
    return { listed: [], taken: new Set(), rest: true };
  const listed = options.properties.map((each) => each.name?.getText() ?? each.getText());
  const taken = new Set<string>();
  let rest = false;
  if (run === undefined || !ts.isArrowFunction(run)) return { listed, taken, rest };
  const [request, , line] = run.parameters;
  const name = request.name.getText();
  // `line.with(values)` is the request with other values
  const isRequest = (text: string) =>
    text === name || (line !== undefined && text.startsWith(`${line.name.getText()}.with(`));
  const take = (pattern: ts.BindingName) => {
    if (!ts.isObjectBindingPattern(pattern)) return;
    for (const element of pattern.elements) {
      if (element.dotDotDotToken !== undefined) rest = true;
      else taken.add((element.propertyName ?? element.name).getText());
    }
  };
  take(request.name);
  // a request that is not taken apart in the parameters: where it is, whole or by `request.group`
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && isRequest(node.initializer?.getText() ?? "")) take(node.name);
    if (ts.isPropertyAccessExpression(node) && node.expression.getText() === name) taken.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(run.body);
  return { listed, taken, rest };
}

const unused = ({ listed, taken, rest }: Taken): string[] => (rest ? [] : listed.filter((group) => !taken.has(group)));

describe("the groups of a command", () => {
  for (const file of readdirSync(FOLDER)) {
    it(`${file} uses all that it lists`, () => {
      const commands = commandsOf(readFileSync(new URL(file, FOLDER), "utf8"));
      expect(commands.flatMap(unused)).toEqual([]);
    });
  }

  it("are found in every command, and one that is ignored is told", () => {
    const all = readdirSync(FOLDER).flatMap((file) => commandsOf(readFileSync(new URL(file, FOLDER), "utf8")));
    expect(all.filter(({ listed }) => listed.length > 0).length).toBeGreaterThan(10);
    const [ignoring] = commandsOf(
      "command({ options: { sizes: SIZES, model: MODEL }, run: async ({ model }) => model })",
    );
    expect(unused(ignoring)).toEqual(["sizes"]);
  });
});
