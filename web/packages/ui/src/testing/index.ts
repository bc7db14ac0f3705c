import axe from "axe-core";

/**
 * What axe finds wrong with the page, in words. Contrast and target size need real pixels: the browser
 * test looks at those.
 */
export async function axeFindings(root: Element = document.documentElement): Promise<string[]> {
  const { violations } = await axe.run(root, {
    resultTypes: ["violations"],
    rules: { "color-contrast": { enabled: false }, "target-size": { enabled: false } },
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}
