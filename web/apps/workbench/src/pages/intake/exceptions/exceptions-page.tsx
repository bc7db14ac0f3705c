import {
  accessionQuery,
  exceptionsQuery,
  exceptionsSummaryQuery,
  type ExceptionFilter,
  type Schemas,
} from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Input, Segmented, Select } from "antd";
import { useDeferredValue, useState } from "react";
import { Link, useParams } from "react-router";
import { accessionAddress } from "../../../parts/addresses";
import { FailureNotice } from "../../../parts/notices";
import { Waiting } from "../../../parts/waiting";
import { EndOfList } from "./end-of-list";
import { ExceptionDesk } from "./exception-desk";
import { ExceptionList } from "./exception-list";

type State = Schemas["ExceptionState"];
type Summary = Schemas["ExceptionSummary"];

const STATES = ["open", "assigned", "left_out", "all"] as const;

/** The files of a package that attach to no single record: a person settles them one by one, or by an example. */
export default function ExceptionsPage() {
  const { t } = useWorkbenchTexts();
  const { id = "" } = useParams();
  const accession = useQuery(accessionQuery(id));
  const summary = useQuery(exceptionsSummaryQuery(id));
  const name = accession.data?.name ?? "";
  const total = summary.data ? summary.data.open + summary.data.assigned + summary.data.left_out : 0;
  const error = accession.error ?? summary.error;
  return (
    <div aria-busy={summary.isPending}>
      <title>{`${t("exceptions.title")} · ${t("desk.name")}`}</title>
      <nav className="trail">
        <Link to="/accessions">{t("accessions.title")}</Link>
        <Link to={accessionAddress(id)}>{name || id}</Link>
      </nav>
      <h1>{t("exceptions.title")}</h1>
      {summary.isPending && <Waiting />}
      {error && (
        <FailureNotice
          error={error}
          retry={() => {
            void accession.refetch();
            void summary.refetch();
          }}
        />
      )}
      {summary.data && total === 0 && <p>{t("exceptions.none")}</p>}
      {summary.data && total > 0 && (
        <>
          <p className="quiet">{t(summary.data.decided ? "exceptions.decided" : "exceptions.what")}</p>
          <Settling key={id} accession={id} summary={summary.data} />
        </>
      )}
    </div>
  );
}

function Settling({ accession, summary }: { accession: string; summary: Summary }) {
  const { t } = useWorkbenchTexts();
  const [state, setState] = useState<(typeof STATES)[number]>(summary.open > 0 ? "open" : "all");
  const [words, setWords] = useState("");
  const [folder, setFolder] = useState<string>();
  const [current, setCurrent] = useState<number>();
  const filter: ExceptionFilter = {
    ...(state !== "all" && { state: state satisfies State }),
    ...(useDeferredValue(words.trim()) !== "" && { words: words.trim() }),
    ...(folder !== undefined && { folder }),
  };
  const list = useInfiniteQuery(exceptionsQuery(accession, filter));
  const files = list.data?.pages.flatMap((page) => page.items) ?? [];
  const counts = { open: summary.open, assigned: summary.assigned, left_out: summary.left_out };
  const all = counts.open + counts.assigned + counts.left_out;
  const chosen = files.find((file) => file.number === current) ?? files[0];
  const step = (by: number) => {
    const place = files.findIndex((file) => file.number === chosen?.number);
    const next = files[Math.min(Math.max(place + by, 0), files.length - 1)];
    if (next) setCurrent(next.number);
    if (by > 0 && place + 5 > files.length && list.hasNextPage) void list.fetchNextPage();
  };
  return (
    <>
      <div className="exceptions-filter">
        <Segmented
          aria-label={t("exceptions.state")}
          value={state}
          onChange={setState}
          options={STATES.map((value) => ({
            value,
            label: `${t(`exceptions.${value}`)} ${value === "all" ? all : counts[value]}`,
          }))}
        />
        <Input
          type="search"
          allowClear
          aria-label={t("exceptions.search")}
          placeholder={t("exceptions.search")}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        {summary.folders.length > 1 && (
          <Select
            aria-label={t("exceptions.folder")}
            value={folder ?? null}
            onChange={(value: string | null) => setFolder(value ?? undefined)}
            options={[
              { value: null, label: t("exceptions.folder_all") },
              ...summary.folders
                .filter((one) => one.folder !== "")
                .map((one) => ({
                  value: one.folder,
                  label: t("exceptions.folder_open", { folder: one.folder, count: String(one.open) }),
                })),
            ]}
          />
        )}
      </div>
      <div className="exceptions-room">
        <section className="panel" aria-label={t("exceptions.list")}>
          {list.isPending && <Waiting rows={5} />}
          {list.error && <FailureNotice error={list.error} retry={() => void list.refetch()} />}
          {list.data && files.length === 0 && (
            <p>
              {t(
                state === "open" && summary.open === 0
                  ? "exceptions.nothing_open"
                  : "exceptions.nothing_found",
              )}
            </p>
          )}
          <ExceptionList
            files={files}
            current={chosen?.number}
            choose={setCurrent}
            more={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
            isFetching={list.isFetchingNextPage}
          />
          <p className="quiet keys-hint">{t("exceptions.keys")}</p>
        </section>
        {chosen && (
          <ExceptionDesk
            key={chosen.number}
            accession={accession}
            file={chosen}
            summary={summary}
            step={step}
          />
        )}
      </div>
      <EndOfList accession={accession} summary={summary} />
    </>
  );
}
