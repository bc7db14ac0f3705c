import { useEffect, useRef } from "react";

type Keys = Record<string, () => void>;

const isWriting = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

/** Keys of the page, as long as nobody writes or works a dialogue. A button that has the focus keeps its Enter. */
export function useKeys(keys: Keys) {
  const newest = useRef(keys);
  useEffect(() => {
    newest.current = keys;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isWriting(event.target) || document.querySelector("[role=dialog]")) return;
      const onControl =
        event.target instanceof HTMLElement && event.target.closest("button, a, summary") !== null;
      if (onControl && (event.key === "Enter" || event.key === " ")) return;
      const act = newest.current[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
