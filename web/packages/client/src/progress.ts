import { api, unwrap, type Schemas } from "./api";

export type Progress = Schemas["ProgressBody"];
export type AccessionState = Schemas["AccessionState"];

export interface ProgressReport {
  progress: Progress;
  state: AccessionState;
}

export interface WatchOptions {
  id: string;
  onReport: (report: ProgressReport) => void;
  /** The checks are over (or the accession is gone): read the accession again. */
  onDone: () => void;
  /** Milliseconds between two questions when events do not get through. */
  pollEvery?: number;
}

/**
 * Follows the checks of an accession by server-sent events, and by asking again and again when these
 * do not get through (an old proxy, a lost connection). Returns the function that stops it.
 */
export function watchAccession({ id, onReport, onDone, pollEvery = 1000 }: WatchOptions): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const finish = () => {
    if (stopped) return;
    stop();
    onDone();
  };

  const poll = async () => {
    if (stopped) return;
    try {
      const accession = await unwrap(api.GET("/api/v1/accessions/{id}", { params: { path: { id } } }));
      if (stopped) return;
      onReport({ progress: accession.progress, state: accession.state });
      if (isOver(accession.state)) return finish();
    } catch {
      // The next question may get through.
    }
    if (!stopped) timer = setTimeout(() => void poll(), pollEvery);
  };

  const events =
    typeof EventSource === "undefined"
      ? null
      : new EventSource(`/api/v1/accessions/${id}/progress`, { withCredentials: true });

  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    events?.close();
  };

  if (!events) {
    void poll();
    return stop;
  }
  events.addEventListener("progress", (event: MessageEvent<string>) => {
    const { state, ...progress } = JSON.parse(event.data) as Progress & { state: AccessionState };
    onReport({ progress, state });
    if (isOver(state)) finish();
  });
  events.addEventListener("done", finish);
  events.addEventListener("error", () => {
    events.close();
    void poll();
  });
  return stop;
}

/** Nothing more will happen to the accession by itself: it has ended, or a person must decide. */
export function isOver(state: AccessionState): boolean {
  return state !== "checking" && state !== "receiving";
}
