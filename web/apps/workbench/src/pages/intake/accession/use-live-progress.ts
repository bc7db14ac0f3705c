import { accessionQuery, isOver, watchAccession, type ProgressReport, type Schemas } from "@lantai/client";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

/** Keeps the accession in memory as new as the server's reports while its checks run. */
export function useLiveProgress(accession: Schemas["AccessionBody"] | undefined) {
  const queries = useQueryClient();
  const id = accession?.id;
  const running = accession?.state === "checking";
  useEffect(() => {
    if (id === undefined || !running) return undefined;
    const { queryKey } = accessionQuery(id);
    const onReport = ({ progress, state }: ProgressReport) => {
      // The last report tells that it is over, but not how: the accession is read again for that.
      if (isOver(state)) return;
      queries.setQueryData(queryKey, (before) => before && { ...before, progress });
    };
    const onDone = () => {
      void queries.invalidateQueries({ queryKey: ["accessions"] });
      void queries.invalidateQueries({ queryKey: ["accession-tasks"] });
    };
    return watchAccession({ id, onReport, onDone });
  }, [id, running, queries]);
}
