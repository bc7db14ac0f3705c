/** The nonce of this page, with which styles are marked that the framework writes; none where a test renders. */
export const styleNonce =
  globalThis.document?.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce || undefined;

/**
 * Marks every style element that a script of this page makes. The framework is told the nonce, but forgets it where it
 * measures how wide the bars of a page are. What is injected as markup is not made this way and stays refused.
 */
export function markStyles(nonce: string): void {
  const create = document.createElement.bind(document) as (
    name: string,
    options?: ElementCreationOptions,
  ) => HTMLElement;
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
}
