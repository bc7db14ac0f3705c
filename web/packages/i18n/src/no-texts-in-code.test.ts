import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const ROOTS = ["apps/portal/src", "apps/workbench/src", "packages/ui/src", "packages/client/src"];
const SPOKEN_ATTRIBUTES = new Set(["aria-label", "alt", "title", "placeholder", "label"]);

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path) && !/\.test|testing/.test(path))
    .map((path) => join(folder, path));
}

/** Words in the markup, spoken attributes written out, and Chinese anywhere outside comments. */
function textsIn(path: string): string[] {
  const tree = ts.createSourceFile(
    path,
    readFileSync(path, "utf8"),
    ts.ScriptTarget.Latest,
    true,
    ts.ScriptKind.TSX,
  );
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isJsxText(node) && /\p{L}/u.test(node.text)) found.push(node.text.trim());
    if (
      (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) &&
      /\p{Script=Han}/u.test(node.text)
    )
      found.push(node.text);
    if (
      ts.isJsxAttribute(node) &&
      SPOKEN_ATTRIBUTES.has(node.name.getText()) &&
      node.initializer &&
      ts.isStringLiteral(node.initializer) &&
      /\p{L}/u.test(node.initializer.text)
    ) {
      found.push(`${node.name.getText()}=${node.initializer.text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found.map((text) => `${path}: ${text}`);
}

test("what people read stands in the catalogues, not in the code", () => {
  const files = ROOTS.flatMap(sources);
  expect(files.length).toBeGreaterThan(40);
  const names = ["SM3", "SHA-512"]; // algorithms are called the same in every language
  const found = files.flatMap(textsIn).filter((line) => !names.some((name) => line.endsWith(`: ${name}`)));
  expect(found).toEqual([]);
});
