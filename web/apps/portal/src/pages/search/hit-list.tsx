import type { Schemas } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { Highlighted } from "@lantai/ui";
import { Link } from "react-router";
import { fondsAddress, recordAddress } from "../../parts/addresses";

export function HitList({ hits }: { hits: readonly Schemas["HitBody"][] }) {
  const { t } = usePortalTexts();
  return (
    <ol className="hits" aria-label={t("results.list")}>
      {hits.map((hit) => (
        <HitItem key={hit.record} hit={hit} />
      ))}
    </ol>
  );
}

function HitItem({ hit }: { hit: Schemas["HitBody"] }) {
  const { edtf, label } = usePortalTexts();
  const date = hit.date_text ?? (hit.date ? edtf(hit.date) : null);
  const media = hit.media.filter((kind) => kind !== "text" && kind !== "other");
  return (
    <li className="hit">
      <div className="hit-body">
        <h2 className="hit-title">
          <Link to={recordAddress(hit.code)}>
            <Highlighted text={hit.title} ranges={hit.title_highlights} />
          </Link>
        </h2>
        <p className="hit-facts">
          {date && <span className="hit-date">{date}</span>}
          {hit.document_number && <span>{hit.document_number}</span>}
          {hit.author && <span>{hit.author}</span>}
          {hit.open_status !== "open" && <span className="tag">{label("open_status", hit.open_status)}</span>}
        </p>
        {hit.snippet && (
          <p className="hit-snippet">
            <Highlighted text={hit.snippet.text} ranges={hit.snippet.highlights} />
          </p>
        )}
        <p className="hit-place">
          <span className="code">{hit.code}</span>
          <Link to={fondsAddress(hit.fonds)}>{hit.fonds_title}</Link>
          <span>
            {[
              ...new Set([label("category", hit.category), ...media.map((kind) => label("media", kind))]),
            ].join(" · ")}
          </span>
        </p>
      </div>
      {hit.thumbnail && (
        <Link to={recordAddress(hit.code)} className="hit-picture" tabIndex={-1} aria-hidden="true">
          <img src={hit.thumbnail} alt="" loading="lazy" decoding="async" />
        </Link>
      )}
    </li>
  );
}
