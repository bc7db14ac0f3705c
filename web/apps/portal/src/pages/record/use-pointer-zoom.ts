import { useEffect, useRef, type PointerEvent, type RefObject } from "react";

interface Point {
  x: number;
  y: number;
}

interface ZoomActions {
  zoomBy: (factor: number, at?: Point) => void;
  moveBy: (dx: number, dy: number, window: { width: number; height: number }) => void;
}

/** Mouse, pen and one finger move; the wheel with Ctrl or two fingers zoom. */
export function usePointerZoom(stage: RefObject<HTMLElement | null>, { zoomBy, moveBy }: ZoomActions) {
  const pointers = useRef(new Map<number, Point>());

  useEffect(() => {
    const element = stage.current;
    if (!element) return undefined;
    const onWheel = (event: WheelEvent) => {
      // The bare wheel belongs to the page, or a reader could not scroll past the picture.
      if (!event.ctrlKey && !event.metaKey && document.fullscreenElement === null) return;
      event.preventDefault();
      zoomBy(Math.exp(-event.deltaY / 300), fromCentre(element, { x: event.clientX, y: event.clientY }));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [stage, zoomBy]);

  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const before = pointers.current.get(event.pointerId);
      if (!before) return;
      const now = { x: event.clientX, y: event.clientY };
      const element = event.currentTarget;
      const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const factor = distance(now, other) / Math.max(1, distance(before, other));
        zoomBy(factor, fromCentre(element, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }));
      } else {
        moveBy(now.x - before.x, now.y - before.y, {
          width: element.clientWidth,
          height: element.clientHeight,
        });
      }
      pointers.current.set(event.pointerId, now);
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => void pointers.current.delete(event.pointerId),
    onPointerCancel: (event: PointerEvent<HTMLElement>) => void pointers.current.delete(event.pointerId),
  };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function fromCentre(element: HTMLElement, point: Point): Point {
  const box = element.getBoundingClientRect();
  return { x: point.x - box.left - box.width / 2, y: point.y - box.top - box.height / 2 };
}
