import ts from 'typescript';
import type { SourceFile } from './source-file.ts';

/** One file for each key, all with the same exports and loaded one at a time. */
const alike = 'vendors/keys/material/';

/** Exported names that are declared in more than one file; a re-export declares nothing. */
export function findDoubleNames(files: readonly SourceFile[]): string[] {
  const homes = new Map<string, Set<string>>();
  for (const file of files) {
    if (file.path.startsWith(alike)) continue;
    for (const name of exportedNames(file.tree)) {
      homes.set(name, (homes.get(name) ?? new Set()).add(file.path));
    }
  }
  return [...homes]
    .filter(([, paths]) => paths.size > 1)
    .map(([name, paths]) => `${name}: ${[...paths].sort().join(', ')}`)
    .sort();
}

function exportedNames(tree: ts.SourceFile): string[] {
  const declared = tree.statements.flatMap(declaredNames);
  const listed = tree.statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier !== undefined) return [];
    const clause = statement.exportClause;
    if (clause === undefined || !ts.isNamedExports(clause)) return [];
    return clause.elements
      .filter(({ name, propertyName }) => {
        const local = (propertyName ?? name).text;
        return declared.some((one) => one.name === local);
      })
      .map(({ name }) => name.text);
  });
  return [...declared.filter(({ isExported }) => isExported).map(({ name }) => name), ...listed];
}

interface Declared {
  readonly name: string;
  readonly isExported: boolean;
}

function declaredNames(statement: ts.Statement): Declared[] {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  const isExported = modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations
      .flatMap(({ name }) => boundNames(name))
      .map((name) => ({ name, isExported }));
  }
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  if (!isNamed || statement.name === undefined) return [];
  return [{ name: statement.name.text, isExported }];
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    ts.isBindingElement(element) ? boundNames(element.name) : [],
  );
}
