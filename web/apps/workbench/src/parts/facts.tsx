import type { ReactNode } from "react";

/** A name, its value, and whether the value is long and takes the whole width. */
type Fact = readonly [name: string, value: ReactNode, isLong?: boolean];

/** Names and values; those without a value are left out. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== false && value !== "")
        .map(([name, value, isLong = false]) => (
          <div key={name} className={isLong ? "whole" : undefined}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
