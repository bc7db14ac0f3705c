import { expect, test } from "vitest";
import { moved, zoomed } from "./use-zoom";

const fit = { scale: 1, x: 0, y: 0, turns: 0 };
const stage = { width: 400, height: 400 };

test("the point under the finger stays where it is", () => {
  const at = { x: 100, y: -50 };
  const once = zoomed(fit, 2, at);
  // A point of the picture lies on the screen at offset + scale * point.
  expect(once.x + once.scale * at.x).toBe(at.x);
  expect(once.y + once.scale * at.y).toBe(at.y);
});

test("zooming has ends, and back at the beginning the picture is in its place", () => {
  expect(zoomed(fit, 1000, { x: 0, y: 0 }).scale).toBe(12);
  expect(zoomed({ ...fit, scale: 2, x: 80, y: 9 }, 0.1, { x: 0, y: 0 })).toEqual(fit);
});

test("a picture that fits does not move, a large one not out of sight", () => {
  expect(moved(fit, 50, 50, stage)).toEqual(fit);
  const far = moved({ ...fit, scale: 2 }, 9999, -9999, stage);
  expect(far.x).toBe(300);
  expect(far.y).toBe(-300);
});
