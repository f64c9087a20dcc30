import { posix } from 'node:path';
import ts from 'typescript';
import { type SourceFile, walkTree } from './source-file.ts';

export interface Import {
  readonly from: string;
  /** A path from the root of the project, or the name of a package. */
  readonly to: string;
  /** Removed by compilation. */
  readonly isType: boolean;
  /** `import()`, on demand. */
  readonly isDynamic: boolean;
  /** The names in the other file; `*` is all of it. */
  readonly names: readonly string[];
}

/** Static and dynamic imports, re-exports and `import('…')` in types. */
export function findImports(files: readonly SourceFile[]): Import[] {
  return files.flatMap((file) =>
    [...walkTree(file.tree)].flatMap((node) => {
      const found = readImport(node);
      if (found === undefined) return [];
      const { specifier, ...facts } = found;
      const to = specifier.startsWith('.')
        ? posix.join(posix.dirname(file.path), specifier)
        : specifier;
      return [{ from: file.path, to, ...facts }];
    }),
  );
}

type ReadImport = Omit<Import, 'from' | 'to'> & { readonly specifier: string };

function readImport(node: ts.Node): ReadImport | undefined {
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause;
    const bindings = clause?.namedBindings;
    const isType = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return read(node.moduleSpecifier, isType, false, [
      ...(clause?.name === undefined ? [] : ['default']),
      ...(bindings === undefined ? [] : namesOf(bindings)),
    ]);
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    const names = node.exportClause === undefined ? ['*'] : namesOf(node.exportClause);
    return read(node.moduleSpecifier, node.isTypeOnly, false, names);
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return read(node.argument.literal, true, false, ['*']);
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return read(node.arguments[0], false, true, ['*']);
  }
  return undefined;
}

function read(
  specifier: ts.Node | undefined,
  isType: boolean,
  isDynamic: boolean,
  names: readonly string[],
): ReadImport | undefined {
  if (specifier === undefined || !ts.isStringLiteral(specifier)) return undefined;
  return { specifier: specifier.text, isType, isDynamic, names };
}

function namesOf(bindings: ts.NamedImportBindings | ts.NamedExportBindings): string[] {
  if (ts.isNamespaceImport(bindings) || ts.isNamespaceExport(bindings)) return ['*'];
  return bindings.elements.map((element) => (element.propertyName ?? element.name).text);
}

export function sayImports(imports: readonly Import[]): string[] {
  return imports.map(({ from, to }) => `${from} -> ${to}`);
}
