import {
  createAccession,
  discardAccession,
  submitAccession,
  uploadPackage,
  type PackageFile,
  type Schemas,
  type UploadProgress,
} from "@lantai/client";
import { randomKey } from "@lantai/ui";
import { useEffect, useRef, useState } from "react";

export type Upload =
  | { state: "idle" }
  | { state: "sending"; progress: UploadProgress }
  | { state: "stopped" }
  | { state: "failed"; error: unknown };

export interface Sending {
  body: Schemas["NewAccessionBody"];
  files: readonly PackageFile[];
}

/** Begins an accession, sends its files, and hands it over to the checks; `onSubmitted` gets its id. */
export function useUpload(onSubmitted: (id: string) => void) {
  const [upload, setUpload] = useState<Upload>({ state: "idle" });
  const controller = useRef<AbortController | null>(null);
  const busy = upload.state === "sending";

  useEffect(() => {
    if (!busy) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [busy]);

  // Going to another page of the workbench stops the upload just as closing the window does.
  useEffect(() => () => controller.current?.abort(), []);

  const send = async ({ body, files }: Sending) => {
    const abort = new AbortController();
    controller.current = abort;
    const nothing = {
      filesDone: 0,
      filesTotal: files.length,
      bytesDone: 0,
      bytesTotal: body.bytes,
      retries: 0,
    };
    setUpload({ state: "sending", progress: nothing });
    let id: string | null = null;
    try {
      id = (await createAccession(body, randomKey())).id;
      await uploadPackage({
        accession: id,
        files,
        signal: abort.signal,
        onProgress: (progress) => setUpload({ state: "sending", progress }),
      });
      await submitAccession(id);
      setUpload({ state: "idle" });
      onSubmitted(id);
    } catch (error) {
      if (id !== null) await discardQuietly(id);
      setUpload(abort.signal.aborted ? { state: "stopped" } : { state: "failed", error });
    }
  };

  return {
    upload,
    send: (sending: Sending) => void send(sending),
    stop: () => controller.current?.abort(),
  };
}

/** When even this fails, the accession stays in the list as receiving and can be discarded from there. */
async function discardQuietly(id: string) {
  try {
    await discardAccession(id);
  } catch {
    // The first error is the one to show.
  }
}
