import { Fragment } from "react";

interface HighlightedProps {
  text: string;
  /** Start and end of each part, in Unicode code points, in any order. */
  ranges: readonly (readonly number[])[];
}

/** Text with the found words marked. JavaScript counts UTF-16 units, the server code points: 𠮷 is one of these. */
export function Highlighted({ text, ranges }: HighlightedProps) {
  const points = Array.from(text);
  return splitByRanges(points, ranges).map((part, index) =>
    part.marked ? <mark key={index}>{part.text}</mark> : <Fragment key={index}>{part.text}</Fragment>,
  );
}

interface Part {
  text: string;
  marked: boolean;
}

export function splitByRanges(points: readonly string[], ranges: readonly (readonly number[])[]): Part[] {
  const parts: Part[] = [];
  let at = 0;
  const take = (end: number, marked: boolean) => {
    if (end > at) parts.push({ text: points.slice(at, end).join(""), marked });
    at = Math.max(at, end);
  };
  for (const [start = 0, end = 0] of [...ranges].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))) {
    take(Math.min(start, points.length), false);
    take(Math.min(end, points.length), true);
  }
  take(points.length, false);
  return parts;
}
