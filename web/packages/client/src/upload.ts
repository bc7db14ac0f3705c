import { CSRF_HEADERS } from "./api";
import { Problem, problemFrom } from "./problem";

/** A file and its place in the package. */
export interface PackageFile {
  path: string;
  file: File;
}

export interface UploadProgress {
  filesDone: number;
  filesTotal: number;
  bytesDone: number;
  bytesTotal: number;
  /** Files that are being sent again after a failure. */
  retries: number;
}

export interface UploadOptions {
  accession: string;
  files: readonly PackageFile[];
  signal: AbortSignal;
  onProgress: (progress: UploadProgress) => void;
  /** How many files travel at once. */
  parallel?: number;
  /** Pauses before each new try, in milliseconds; their number is the number of further tries. */
  pauses?: readonly number[];
}

/** The file could not be sent although it was tried again; `path` says which. */
export class UploadFailed extends Error {
  override readonly name = "UploadFailed";
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`could not send ${path}`, { cause });
    this.path = path;
  }
}

/**
 * Sends every file of a package, a few at once, each again when the network or the server fails.
 * A refusal (4xx) is final and stops all: sending the same bytes again would be refused again.
 */
export async function uploadPackage(options: UploadOptions): Promise<void> {
  const { files, parallel = 3, pauses = [500, 2000, 5000] } = options;
  const sent = files.map(() => 0);
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  let done = 0;
  let retries = 0;
  let next = 0;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);

  const report = () =>
    options.onProgress({
      filesDone: done,
      filesTotal: files.length,
      bytesDone: sent.reduce((sum, bytes) => sum + bytes, 0),
      bytesTotal: total,
      retries,
    });

  const sendOne = async (index: number, item: PackageFile) => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await putFile(options.accession, item, signal, (bytes) => {
          sent[index] = bytes;
          report();
        });
        sent[index] = item.file.size;
        done += 1;
        report();
        return;
      } catch (cause) {
        const pause = pauses[attempt];
        if (signal.aborted || pause === undefined || isFinal(cause)) throw new UploadFailed(item.path, cause);
        retries += 1;
        sent[index] = 0;
        report();
        await wait(pause, signal);
      }
    }
  };

  const work = async () => {
    for (let index = next++; index < files.length; index = next++) {
      signal.throwIfAborted();
      const item = files[index];
      if (item) await sendOne(index, item);
    }
  };

  report();
  try {
    await Promise.all(Array.from({ length: Math.min(parallel, files.length) }, work));
  } catch (error) {
    stop.abort();
    options.signal.throwIfAborted();
    throw error;
  }
}

function isFinal(cause: unknown): boolean {
  return cause instanceof Problem && cause.status < 500 && cause.status !== 429 && cause.status !== 408;
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}

/** `fetch` cannot say how much of a body has left; XMLHttpRequest can. */
function putFile(
  accession: string,
  { path, file }: PackageFile,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open("PUT", `/api/v1/accessions/${accession}/files?path=${encodeURIComponent(path)}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    for (const [name, value] of Object.entries(CSRF_HEADERS)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onBytes(event.loaded);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(problemFrom(request.status, parse(request.responseText)));
    };
    request.onerror = () => reject(new TypeError("the connection failed"));
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    request.onloadend = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort);
    request.send(file);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
