// Reads the sources of the core for the facts that its host needs: records, enumerations, constants and exports.
import ts from "typescript";
import { BoundaryError, readSources } from "./sources.mjs";

/** Bytes of a field; a record inside a record is a pointer. */
const FOUR_BYTES = ["i32", "usize", "f32"];

/** @returns {{ records, enums, constants, exports }} each with the name of its file */
export function readBoundary(sources = readSources()) {
  const files = sources.map(([path, text]) => ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  const statements = files.flatMap((file) => file.statements.map((statement) => ({ path: file.fileName, statement })));
  return {
    records: recordsOf(statements),
    enums: enumsOf(statements),
    constants: constantsOf(statements),
    exports: exportsOf(files),
  };
}

const isExported = (node) => node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;

/** The comment in front of a declaration, without its marks. */
function docOf(node) {
  const text = node.getSourceFile().text;
  const ranges = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  const last = ranges.at(-1);
  if (last === undefined) return "";
  return text
    .slice(last.pos, last.end)
    .replace(/^\/\*\*?\s*|\s*\*\/$/g, "")
    .replace(/^\s*\* ?/gm, "")
    .trim();
}

function unique(list, what) {
  const seen = new Map();
  for (const each of list) {
    const first = seen.get(each.name);
    if (first !== undefined) {
      throw new BoundaryError(
        each.path,
        `${what} ${each.name} stands in ${first.path} too`,
        "give one of them another name",
      );
    }
    seen.set(each.name, each);
  }
  return list;
}

/** Every exported class of assembly/records/: fields of four bytes, in order. */
function recordsOf(statements) {
  const classes = statements.filter(
    ({ path, statement }) =>
      path.startsWith("assembly/records/") && ts.isClassDeclaration(statement) && isExported(statement),
  );
  const names = classes.map(({ statement }) => statement.name.text);
  return unique(
    classes.map(({ path, statement }) => ({
      name: statement.name.text,
      path,
      doc: docOf(statement),
      fields: statement.members.filter(ts.isPropertyDeclaration).map((member) => {
        const [name, type] = [member.name.getText(), member.type?.getText() ?? "nothing"];
        if (!FOUR_BYTES.includes(type) && !names.includes(type)) {
          throw new BoundaryError(
            `${path}: ${statement.name.text}.${name}`,
            `a field of four bytes, got ${type}`,
            `use ${FOUR_BYTES.join(", ")} or another record`,
          );
        }
        return { name, type };
      }),
    })),
    "the record",
  );
}

/** Every exported enumeration of the core. */
function enumsOf(statements) {
  return unique(
    statements
      .filter(({ statement }) => ts.isEnumDeclaration(statement) && isExported(statement))
      .map(({ path, statement }) => ({
        name: statement.name.text,
        path,
        doc: docOf(statement),
        members: statement.members.map((member) => member.name.getText()),
      })),
    "the enumeration",
  );
}

/** Every exported constant of assembly/records/. */
function constantsOf(statements) {
  return unique(
    statements
      .filter(
        ({ path, statement }) =>
          path.startsWith("assembly/records/") && ts.isVariableStatement(statement) && isExported(statement),
      )
      .flatMap(({ path, statement }) =>
        statement.declarationList.declarations.map((declaration) => ({
          name: declaration.name.getText(),
          path,
          doc: docOf(statement),
        })),
      ),
    "the constant",
  );
}

/** The functions that assembly/index.ts exports, found where they are declared. */
function exportsOf(files) {
  const byPath = new Map(files.map((file) => [file.fileName, file]));
  const fileAt = (from, specifier) => {
    const target = new URL(specifier, `file:///${from}`).pathname.slice(1);
    return byPath.get(`${target}.ts`) ?? byPath.get(`${target}/index.ts`);
  };
  const find = (file, name) => {
    for (const statement of file.statements) {
      if (ts.isFunctionDeclaration(statement) && statement.name?.text === name) return { file, statement };
      if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) continue;
      for (const each of statement.exportClause.elements) {
        if (each.name.text !== name) continue;
        return find(fileAt(file.fileName, statement.moduleSpecifier.text), (each.propertyName ?? each.name).text);
      }
    }
    throw new BoundaryError(file.fileName, `no function ${name}`, "export functions only from assembly/index.ts");
  };
  const index = byPath.get("assembly/index.ts");
  const names = index.statements
    .filter(ts.isExportDeclaration)
    .flatMap(({ exportClause }) => exportClause.elements.map(({ name }) => name.text));
  return unique(
    names.map((name) => {
      const { file, statement } = find(index, name);
      return {
        name,
        path: file.fileName,
        doc: docOf(statement),
        parameters: statement.parameters.map((parameter) => parameter.name.getText()),
        returns: statement.type?.getText() ?? "void",
      };
    }),
    "the export",
  );
}
