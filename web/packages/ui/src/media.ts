import type { Schemas } from "@lantai/client";

type FileBody = Schemas["FileBody"];

const PICTURES: ReadonlySet<string> = new Set([
  "image/jpeg",
  "image/png",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/bmp",
]);

/** Browsers show these pictures; others (TIFF, JPEG 2000) can only be downloaded. */
export function isShownPicture(file: FileBody): boolean {
  return file.media === "image" && file.mime !== null && PICTURES.has(file.mime);
}

export function isPdf(file: FileBody): boolean {
  return file.mime === "application/pdf";
}

/** The name without the folders it lay in: what a reader knows the file by, and what it is saved as. */
export function shortName(file: FileBody): string {
  return file.name.slice(file.name.lastIndexOf("/") + 1);
}

export function downloadAddress(file: FileBody): string {
  return `${file.url}${file.url.includes("?") ? "&" : "?"}download=true`;
}
