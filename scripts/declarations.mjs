// Removes the declarations of tsc that no public one needs. A file keeps its needed declarations and imports every
// other name from the file of its declaration. Types that are computed from those of another package are written out,
// so users of this package need no other one.
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

const OPTIONS = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
  strict: true,
  exactOptionalPropertyTypes: true,
  types: [],
};

/** The path of one file in an import of another. */
function path(from, to) {
  const way = relative(dirname(from.fileName), to.fileName)
    .replaceAll("\\", "/")
    .replace(/\.d\.ts$/, ".js");
  return way.startsWith(".") ? way : `./${way}`;
}

/**
 * @param folder where tsc has written to
 * @param entries files in it that users import
 */
export function trimDeclarations(folder, entries) {
  const program = ts.createProgram(
    entries.map((entry) => join(folder, entry)),
    OPTIONS,
  );
  const checker = program.getTypeChecker();
  const own = (file) => !relative(folder, file.fileName).startsWith("..");
  const resolved = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);

  /** For each file, the needed statements with their text and the symbols that they name. */
  const kept = new Map();

  function keep(symbol) {
    for (const declaration of symbol.declarations ?? []) {
      const file = declaration.getSourceFile();
      if (!own(file)) continue;
      let statement = declaration;
      while (statement.parent !== undefined && !ts.isSourceFile(statement.parent)) statement = statement.parent;
      if (statement.parent === undefined) throw new Error(`${symbol.name}: a whole module is no declaration`);
      const statements = kept.get(file) ?? new Map();
      kept.set(file, statements);
      if (statements.has(statement)) continue;
      const found = namesIn(statement);
      statements.set(statement, found);
      for (const { symbol } of found.names) keep(symbol);
    }
  }

  /** Every name of another top-level declaration in a statement; an alias of a foreign type is written out first. */
  function namesIn(statement) {
    const names = [];
    let foreign = false;
    let text = statement.getFullText();
    const visit = (node) => {
      if (ts.isImportTypeNode(node)) {
        const [home] = resolved(checker.getSymbolAtLocation(lastOf(node.qualifier))).declarations;
        text = text.replace(node.argument.getText(), `"${path(statement.getSourceFile(), home.getSourceFile())}"`);
        keep(resolved(checker.getSymbolAtLocation(lastOf(node.qualifier))));
        node.typeArguments?.forEach(visit);
        return;
      }
      if (ts.isIdentifier(node)) {
        const symbol = checker.getSymbolAtLocation(node);
        const target = symbol && resolved(symbol);
        const files = (target?.declarations ?? []).map((declaration) => declaration.getSourceFile());
        foreign ||= files.some((file) => !own(file) && !program.isSourceFileDefaultLibrary(file));
        const topLevel = (target?.declarations ?? []).some(({ parent }) => isTopLevel(parent));
        if (topLevel && files.some(own)) names.push({ name: node.text, symbol: target });
      }
      ts.forEachChild(node, visit);
    };
    visit(statement);
    if (!foreign && !names.some(({ symbol }) => leadsAbroad(symbol))) return { text, names };
    if (!ts.isTypeAliasDeclaration(statement)) throw new Error(`${statement.getText()} needs another package`);
    const flags =
      ts.NodeBuilderFlags.NoTruncation |
      ts.NodeBuilderFlags.InTypeAlias |
      ts.NodeBuilderFlags.MultilineObjectLiterals |
      ts.NodeBuilderFlags.UseAliasDefinedOutsideCurrentScope;
    const type = checker.typeToTypeNode(checker.getTypeAtLocation(statement.name), undefined, flags);
    const printed = ts.createPrinter().printNode(ts.EmitHint.Unspecified, type, statement.getSourceFile());
    const comment = statement.getFullText().slice(0, statement.getStart() - statement.getFullStart());
    return { text: `${comment}export type ${statement.name.text} = ${printed};`, names: aliases(type) };
  }

  /** Our own aliases that a written-out type still names. */
  function aliases(type) {
    const names = [];
    const visit = (node) => {
      const symbol = ts.isTypeReferenceNode(node) ? node.typeName.symbol : undefined;
      if (symbol?.declarations?.some((declaration) => own(declaration.getSourceFile()))) {
        names.push({ name: symbol.name, symbol: resolved(symbol) });
      }
      ts.forEachChild(node, visit);
    };
    visit(type);
    return names;
  }

  const lastOf = (name) => (ts.isQualifiedName(name) ? name.right : name);

  const isTopLevel = (node) =>
    node !== undefined &&
    (ts.isSourceFile(node) || (ts.isVariableDeclarationList(node) && ts.isSourceFile(node.parent.parent)));

  /** Whether a declaration is a value with a type of another package: a schema. */
  function leadsAbroad(symbol) {
    const [declaration] = symbol.declarations ?? [];
    if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return false;
    let abroad = false;
    const visit = (node) => {
      if (ts.isIdentifier(node)) {
        const found = checker.getSymbolAtLocation(node);
        const files = (found && resolved(found).declarations?.map((each) => each.getSourceFile())) ?? [];
        abroad ||= files.some((file) => !own(file) && !program.isSourceFileDefaultLibrary(file));
      }
      ts.forEachChild(node, visit);
    };
    visit(declaration);
    return abroad;
  }

  const lists = new Map(); // the entries' own lists of exports
  for (const entry of entries) {
    const file = program.getSourceFile(join(folder, entry));
    const exported = checker
      .getExportsOfModule(checker.getSymbolAtLocation(file))
      .map((symbol) => [symbol.name, resolved(symbol)]);
    for (const [, symbol] of exported) keep(symbol);
    lists.set(file, exported);
  }

  const written = new Map();
  for (const [file, statements] of kept) {
    const imports = new Map();
    const inside = [];
    for (const statement of file.statements) {
      const found = statements.get(statement);
      if (found === undefined) continue;
      inside.push(found.text);
      for (const { name, symbol } of found.names) {
        const home = symbol.declarations[0].getSourceFile();
        if (home !== file) imports.set(name, [home, symbol.name]);
      }
    }
    written.set(file.fileName, [...importLines(file, imports), ...inside]);
  }

  function importLines(file, imports) {
    const byPath = new Map();
    for (const [name, [home, original]] of imports) {
      const from = path(file, home);
      byPath.set(from, [...(byPath.get(from) ?? []), name === original ? name : `${original} as ${name}`]);
    }
    return [...byPath].sort().map(([from, names]) => `import { ${names.sort().join(", ")} } from "${from}";`);
  }

  for (const [file, exported] of lists) {
    const byPath = new Map();
    for (const [name, symbol] of exported) {
      const from = path(file, symbol.declarations[0].getSourceFile());
      const own = name === symbol.name ? name : `${symbol.name} as ${name}`;
      const text = symbol.flags & ts.SymbolFlags.Value ? own : `type ${own}`;
      byPath.set(from, [...(byPath.get(from) ?? []), text]);
    }
    const lines = [...byPath].sort().map(([from, names]) => `export { ${names.sort().join(", ")} } from "${from}";`);
    const comment = ts.getLeadingCommentRanges(file.text, 0)?.map(({ pos, end }) => file.text.slice(pos, end)) ?? [];
    written.set(file.fileName, [...comment, ...lines]);
  }

  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (file.endsWith(".d.ts")) rmSync(join(folder, file));
  }
  for (const [file, parts] of written) writeFileSync(file, `${parts.map((part) => part.trim()).join("\n")}\n`);
}
