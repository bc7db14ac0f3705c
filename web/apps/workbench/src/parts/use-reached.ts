import { useEffect, useRef } from "react";
import { useLocation } from "react-router";

/** Whoever was sent to this part of the page is brought there, once it is filled. */
export function useReached(hash: string, isFilled: boolean) {
  const place = useRef<HTMLElement>(null);
  const wanted = useLocation().hash === hash;
  useEffect(() => {
    if (!wanted || !isFilled) return;
    place.current?.scrollIntoView?.({ block: "start" });
    place.current?.focus({ preventScroll: true });
  }, [wanted, isFilled]);
  return place;
}
