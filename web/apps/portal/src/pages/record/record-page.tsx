import { isNotFound, recordQuery, sessionQuery, type Schemas } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { CopyButton } from "@lantai/ui";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { fondsAddress, recordAddress } from "../../parts/addresses";
import { FailureNotice, GonePage } from "../../parts/notices";
import { SearchBox } from "../../parts/search-box";
import { Skeleton } from "../../parts/skeleton";
import { Citation } from "./citation";
import { FileList } from "./file-list";
import { MediaView } from "./media-view";
import { MetadataTable } from "./metadata-table";
import { RecordText } from "./record-text";

type RecordBody = Schemas["RecordBody"];

export default function RecordPage() {
  const { t } = usePortalTexts();
  const { code = "" } = useParams();
  const { data, error, isPending, refetch } = useQuery(recordQuery(code));
  if (isPending) {
    return (
      <div className="page" aria-busy="true">
        <h1 className="lt-offscreen">{t("state.loading")}</h1>
        <Skeleton lines={10} />
      </div>
    );
  }
  if (isNotFound(error)) return <RecordGone />;
  if (!data) {
    return (
      <div className="page">
        <h1 className="lt-offscreen">{t("error.title")}</h1>
        <FailureNotice error={error} retry={() => void refetch()} />
      </div>
    );
  }
  return <RecordView key={data.record} record={data} />;
}

function RecordGone() {
  const { t } = usePortalTexts();
  return (
    <GonePage title={t("record.gone_title")}>
      <p>{t("record.gone")}</p>
      <SearchBox />
      <p>
        <Link className="more" to="/fonds">
          {t("results.empty_browse")}
        </Link>
      </p>
    </GonePage>
  );
}

function RecordView({ record }: { record: RecordBody }) {
  const { t, edtf, label } = usePortalTexts();
  const { data: session } = useQuery(sessionQuery());
  const date = record.date_text ?? edtf(record.date);
  const content = record.files.filter((file) => file.role === "content");
  return (
    <article className="page record">
      <title>{`${record.title} — ${session?.institution ?? t("brand.name")}`}</title>
      <header className="record-head">
        <nav aria-label={t("record.trail")} className="trail">
          <Link to="/fonds">{t("site.fonds")}</Link>
          <Link to={fondsAddress(record.fonds.number)}>{record.fonds.title}</Link>
        </nav>
        <h1>{record.title}</h1>
        <p className="record-facts">
          <span>{date}</span>
          {record.document_number && <span>{record.document_number}</span>}
          {record.author && <span>{record.author}</span>}
          <span className="tag">{label("open_status", record.open_status)}</span>
        </p>
        <p className="record-code">
          <span className="code">{record.code}</span>
          <CopyButton className="plain no-print" text={record.code} label={t("record.copy_code")} />
          <button type="button" className="plain no-print" onClick={() => window.print()}>
            {t("record.print")}
          </button>
        </p>
      </header>
      <div className="record-body">
        <div className="record-main">
          {record.summary && <p className="record-summary">{record.summary}</p>}
          <MediaView title={record.title} files={content} />
          {record.has_text && <RecordText code={record.code} />}
          {content.length === 0 && !record.has_text && (
            <p className="notice quiet">
              {t(record.open_status === "open_catalogue_only" ? "record.catalogue_only" : "record.no_files")}
            </p>
          )}
          {content.length > 0 && <FileList files={content} />}
        </div>
        <div className="record-side">
          <MetadataTable record={record} />
          <Citation record={record} date={date} institution={session?.institution ?? ""} />
        </div>
      </div>
      <Neighbours record={record} />
    </article>
  );
}

function Neighbours({ record }: { record: RecordBody }) {
  const { t } = usePortalTexts();
  if (record.previous === null && record.next === null) return null;
  return (
    <nav className="neighbours no-print" aria-label={t("record.neighbours")}>
      {record.previous !== null && (
        <Link to={recordAddress(record.previous)} rel="prev">
          <span>← {t("record.previous")}</span>
          <span className="code">{record.previous}</span>
        </Link>
      )}
      {record.next !== null && (
        <Link to={recordAddress(record.next)} rel="next" className="to-next">
          <span>{t("record.next")} →</span>
          <span className="code">{record.next}</span>
        </Link>
      )}
    </nav>
  );
}
