import { useEffect, useState } from "react";

/** True once `active` has lasted `milliseconds`: a quick answer then shows no skeleton, so nothing flickers. */
export function useDelayed(active: boolean, milliseconds = 300): boolean {
  const [elapsed, setElapsed] = useState(false);
  useEffect(() => {
    if (!active) return undefined;
    const timer = setTimeout(() => setElapsed(true), milliseconds);
    return () => {
      clearTimeout(timer);
      setElapsed(false);
    };
  }, [active, milliseconds]);
  return active && elapsed;
}
