import { cpSync, mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** A bag on disk: a copy under its own name, so that the browser names its files as in life. */
export interface Bag {
  folder: string;
  name: string;
  /** The bytes of each payload file, by file name. */
  payload: Map<string, Buffer[]>;
}

export function openBag(folder: string): Bag {
  const name = basename(folder);
  const copy = join(mkdtempSync(join(tmpdir(), "lantai-bag-")), name);
  cpSync(folder, copy, { recursive: true });
  const payload = new Map<string, Buffer[]>();
  const data = join(copy, "data");
  for (const entry of readdirSync(data, { recursive: true, encoding: "utf8" })) {
    const path = join(data, entry);
    if (!statSync(path).isFile()) continue;
    const file = basename(path);
    payload.set(file, [...(payload.get(file) ?? []), readFileSync(path)]);
  }
  return { folder: copy, name, payload };
}
