import { searchQuery, type Schemas, type SearchParams } from "@lantai/client";
import { explainReading } from "@lantai/i18n";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Select, Table, type TableColumnsType } from "antd";
import { useState, type FormEvent } from "react";
import { Link, useSearchParams } from "react-router";
import { recordAddress } from "../../../parts/addresses";
import { FailureNotice } from "../../../parts/notices";
import { OpenTag } from "../../../parts/status-tag";
import { Waiting } from "../../../parts/waiting";

type Hit = Schemas["HitBody"];

const OPEN_STATUSES = [
  "unreviewed",
  "not_due",
  "open",
  "open_early",
  "open_masked",
  "open_catalogue_only",
  "delayed",
  "controlled",
] as const;
const SORTS = ["relevance", "date_asc", "date_desc", "code"] as const;
const PAGE = 50;

function readSearch(params: URLSearchParams): SearchParams {
  const status = OPEN_STATUSES.find((known) => known === params.get("open_status"));
  const sort = SORTS.find((known) => known === params.get("sort"));
  const text = (name: string) => params.get(name) ?? "";
  return {
    ...(text("q") && { q: text("q") }),
    ...(text("fonds") && { fonds: [text("fonds")] }),
    ...(text("category") && { category: [text("category")] }),
    ...(status && { open_status: [status] }),
    ...(sort && { sort }),
    ...(text("cursor") && { cursor: text("cursor") }),
    limit: PAGE,
  };
}

export default function RecordsPage() {
  const texts = useWorkbenchTexts();
  const { t } = texts;
  const [params, setParams] = useSearchParams();
  const search = readSearch(params);
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery(searchQuery(search));
  const reading = data ? explainReading(data.read_as, texts) : null;
  const change = (name: string, value: string) =>
    setParams((before) => {
      const next = new URLSearchParams(before);
      next.delete("cursor");
      if (value === "") next.delete(name);
      else next.set(name, value);
      return next;
    });
  return (
    <div aria-busy={isPending || isPlaceholderData}>
      <title>{`${t("records.title")} · ${t("desk.name")}`}</title>
      <div className="page-head">
        <h1>{t("records.title")}</h1>
        <p role="status" className="quiet">
          {data &&
            !isPlaceholderData &&
            t(data.total_is_capped ? "records.found_capped" : "records.found", { count: data.total })}
        </p>
      </div>
      <SearchForm key={search.q ?? ""} asked={search.q ?? ""} onAsk={(q) => change("q", q)} />
      {data && <Filters facets={data.facets} params={params} change={change} />}
      {reading && <p className="quiet">{t("records.read_as", { text: reading })}</p>}
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && !error && (
        <div className={isPlaceholderData ? "panel flush stale" : "panel flush"}>
          <HitTable hits={data.hits} />
        </div>
      )}
      {data && (params.has("cursor") || data.next_cursor !== null) && (
        <nav className="pager" aria-label={t("records.pages")}>
          {params.has("cursor") && <Button onClick={() => change("cursor", "")}>{t("records.first")}</Button>}
          {data.next_cursor !== null && (
            <Button onClick={() => change("cursor", data.next_cursor ?? "")}>{t("records.next")}</Button>
          )}
        </nav>
      )}
    </div>
  );
}

function SearchForm({ asked, onAsk }: { asked: string; onAsk: (q: string) => void }) {
  const { t } = useWorkbenchTexts();
  const [text, setText] = useState(asked);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAsk(text.trim());
  };
  return (
    <form role="search" aria-label={t("records.search")} className="record-search" onSubmit={submit}>
      <Input
        type="search"
        aria-label={t("records.search")}
        placeholder={t("records.placeholder")}
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="primary" htmlType="submit">
        {t("records.submit")}
      </Button>
    </form>
  );
}

interface FiltersProps {
  facets: Schemas["FacetsBody"];
  params: URLSearchParams;
  change: (name: string, value: string) => void;
}

function Filters({ facets, params, change }: FiltersProps) {
  const { t, label } = useWorkbenchTexts();
  const named = (family: string, values: readonly Schemas["FacetValueBody"][]) =>
    values.map(({ value, label: known, count }) => ({
      value,
      label: `${family === "fonds" ? known : label(family, value, known)} (${count})`,
    }));
  const filters = [
    [
      "open_status",
      t("records.filter_status"),
      t("records.open_status"),
      named("open_status", facets.open_status),
    ],
    ["fonds", t("records.filter_fonds"), t("records.fonds"), named("fonds", facets.fonds)],
    ["category", t("records.filter_category"), t("records.category"), named("category", facets.category)],
    [
      "sort",
      t("records.sort"),
      t("records.sort"),
      SORTS.map((sort) => ({ value: sort, label: t(`records.sort.${sort}`) })),
    ],
  ] as const;
  return (
    <div className="filters">
      {filters.map(([name, description, short, options]) => (
        <div key={name} className="filter">
          <span aria-hidden="true">{short}</span>
          <Select
            aria-label={description}
            value={params.get(name) ?? (name === "sort" ? "relevance" : "")}
            popupMatchSelectWidth={false}
            options={name === "sort" ? [...options] : [{ value: "", label: t("records.any") }, ...options]}
            onChange={(value: string) => change(name, value)}
          />
        </div>
      ))}
    </div>
  );
}

function HitTable({ hits }: { hits: readonly Hit[] }) {
  const { t, edtf, label } = useWorkbenchTexts();
  const columns: TableColumnsType<Hit> = [
    {
      title: t("records.record_title"),
      key: "title",
      rowScope: "row",
      render: (_, hit) => (
        <>
          <Link to={recordAddress(hit.code)}>{hit.title}</Link>
          <span className="code under">{hit.code}</span>
        </>
      ),
    },
    {
      title: t("records.open_status"),
      key: "open_status",
      render: (_, hit) => <OpenTag status={hit.open_status} />,
    },
    {
      title: t("records.date"),
      key: "date",
      responsive: ["md"],
      render: (_, hit) => hit.date_text ?? edtf(hit.date),
    },
    { title: t("records.fonds"), key: "fonds", responsive: ["lg"], dataIndex: "fonds_title" },
    {
      title: t("records.category"),
      key: "category",
      responsive: ["lg"],
      render: (_, hit) => label("category", hit.category),
    },
  ];
  return (
    <Table
      aria-label={t("records.table")}
      size="small"
      rowKey="record"
      columns={columns}
      dataSource={hits}
      pagination={false}
      locale={{ emptyText: t("records.empty") }}
    />
  );
}
