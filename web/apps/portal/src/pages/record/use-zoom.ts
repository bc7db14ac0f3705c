import { useCallback, useState } from "react";

/** Scale 1 fits the picture into the window; x and y move it, in pixels of the screen. */
export interface Zoom {
  scale: number;
  x: number;
  y: number;
  turns: number;
}

const FIT: Zoom = { scale: 1, x: 0, y: 0, turns: 0 };
const MOST = 12;

export function zoomed(zoom: Zoom, factor: number, at: { x: number; y: number }): Zoom {
  const scale = Math.min(MOST, Math.max(1, zoom.scale * factor));
  if (scale === 1) return { ...zoom, scale, x: 0, y: 0 };
  const ratio = scale / zoom.scale;
  // The point under the finger stays where it is.
  return { ...zoom, scale, x: at.x - (at.x - zoom.x) * ratio, y: at.y - (at.y - zoom.y) * ratio };
}

export function moved(zoom: Zoom, dx: number, dy: number, window: { width: number; height: number }): Zoom {
  if (zoom.scale === 1) return zoom;
  const reachX = (window.width * (zoom.scale - 1)) / 2 + window.width * 0.25;
  const reachY = (window.height * (zoom.scale - 1)) / 2 + window.height * 0.25;
  return { ...zoom, x: clamp(zoom.x + dx, reachX), y: clamp(zoom.y + dy, reachY) };
}

function clamp(value: number, reach: number): number {
  return Math.min(reach, Math.max(-reach, value));
}

export function useZoom() {
  const [zoom, setZoom] = useState(FIT);
  const zoomBy = useCallback(
    (factor: number, at = { x: 0, y: 0 }) => setZoom((before) => zoomed(before, factor, at)),
    [],
  );
  const moveBy = useCallback(
    (dx: number, dy: number, window: { width: number; height: number }) =>
      setZoom((before) => moved(before, dx, dy, window)),
    [],
  );
  const rotate = useCallback(() => setZoom((before) => ({ ...FIT, turns: (before.turns + 1) % 4 })), []);
  const reset = useCallback(() => setZoom(FIT), []);
  return { zoom, zoomBy, moveBy, rotate, reset };
}
