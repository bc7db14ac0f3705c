import {
  markQualityItem,
  qualityDisputedQuery,
  qualityItemsQuery,
  qualityLotQuery,
  submitQualityMarks,
  undoQualityMark,
  type Schemas,
} from "@lantai/client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

export type Item = Schemas["QualityItemBody"];
type Lot = Schemas["QualityLotBody"];

export interface Draft {
  classes: string[];
  note: string;
  page: string;
}

const EMPTY: Draft = { classes: [], note: "", page: "" };

/** The mark of the seat on a piece, as it can be changed. */
function draftOf(item: Item | undefined, seat: Schemas["QualitySeat"] | null): Draft {
  const mine = item?.marks.find((mark) => mark.seat === seat);
  if (!mine) return EMPTY;
  const page = mine.defects.find((defect) => defect.page !== null)?.page;
  return {
    classes: mine.defects.map((defect) => defect.class),
    note: mine.note ?? "",
    page: page === undefined || page === null ? "" : String(page),
  };
}

/** Which pieces a person has before him or her, where he or she is, and what is marked there. */
export function useInspection(lot: Lot) {
  const queries = useQueryClient();
  const arbitrating = lot.my_seat === "arbiter";
  const all = useQuery({ ...qualityItemsQuery(lot.id), enabled: !arbitrating });
  const disputed = useQuery({ ...qualityDisputedQuery(lot.id), enabled: arbitrating });
  const { data, error, isPending, refetch } = arbitrating ? disputed : all;
  const items = data ?? [];
  const [chosen, setChosen] = useState<number | null>(null);
  const begin = items.findIndex((item) => item.number === lot.next_item);
  const at = Math.min(chosen ?? Math.max(begin, 0), Math.max(items.length - 1, 0));
  const item = items[at];
  // What is being marked belongs to one piece; on another one it begins with what was marked there.
  const [edited, setEdited] = useState<{ number: number; draft: Draft } | null>(null);
  const draft = edited && edited.number === item?.number ? edited.draft : draftOf(item, lot.my_seat);
  const edit = (change: Partial<Draft>) =>
    item && setEdited({ number: item.number, draft: { ...draft, ...change } });

  const put = (number: number, mark: Schemas["QualityMarkBody"] | null) =>
    queries.setQueryData<Item[]>(
      arbitrating ? qualityDisputedQuery(lot.id).queryKey : qualityItemsQuery(lot.id).queryKey,
      (before) =>
        before?.map((one) =>
          one.number === number
            ? {
                ...one,
                marks: [
                  ...one.marks.filter((other) => other.seat !== lot.my_seat),
                  ...(mark === null ? [] : [mark]),
                ],
              }
            : one,
        ),
    );
  // How far everybody is has changed; whoever goes to the lot reads it anew.
  const outdate = () =>
    void queries.invalidateQueries({
      queryKey: qualityLotQuery(lot.id).queryKey,
      exact: true,
      refetchType: "none",
    });
  const mark = useMutation({
    mutationFn: ({ number, body }: { number: number; body: Schemas["NewQualityMarkBody"] }) =>
      markQualityItem(lot.id, number, body),
    onSuccess: (saved, { number }) => {
      put(number, saved);
      outdate();
      setEdited(null);
    },
  });
  const undo = useMutation({
    mutationFn: (number: number) => undoQualityMark(lot.id, number),
    onSuccess: (_, number) => {
      put(number, null);
      outdate();
      setEdited(null);
    },
  });
  const submit = useMutation({
    mutationFn: () => submitQualityMarks(lot.id),
    onSuccess: (after) => {
      queries.setQueryData(qualityLotQuery(lot.id).queryKey, after);
      void queries.invalidateQueries({ queryKey: ["quality"] });
    },
  });

  const isMarked = (one: Item) => one.marks.some((other) => other.seat === lot.my_seat);
  const go = (place: number) => {
    if (place < 0 || place >= items.length) return;
    setChosen(place);
  };
  const confirm = (classes = draft.classes) => {
    if (!item || mark.isPending) return;
    const page = /^\d+$/.test(draft.page) ? Number(draft.page) : null;
    const body = {
      defects: classes.map((name) => ({ class: name, page })),
      note: draft.note.trim() === "" ? null : draft.note,
    };
    const next = Math.min(at + 1, items.length - 1);
    mark.mutate({ number: item.number, body }, { onSuccess: () => setChosen(next) });
  };
  const toggle = (name: string) =>
    edit({
      classes: draft.classes.includes(name)
        ? draft.classes.filter((one) => one !== name)
        : [...draft.classes, name],
    });
  return {
    items,
    item,
    at,
    draft,
    edit,
    toggle,
    confirm,
    back: () => go(at - 1),
    forth: () => go(at + 1),
    undo: () => item && isMarked(item) && undo.mutate(item.number),
    isMarked,
    done: items.filter(isMarked).length,
    submit: () => submit.mutate(),
    submitting: submit.isPending,
    failure: mark.error ?? undo.error ?? submit.error,
    loading: { error, isPending, refetch },
    arbitrating,
  };
}
