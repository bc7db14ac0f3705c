import { searchQuery, type Schemas } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { recordAddress } from "../../parts/addresses";

type Hit = Schemas["HitBody"];

const SHOWN = 8;

/** A few records to begin with, pictures first. When there are none the home page does without. */
export function Glimpse() {
  const { t, edtf } = usePortalTexts();
  const { data: pictures } = useQuery(
    searchQuery({ category: ["ZP"], has_content: true, sort: "date_asc", limit: 100 }),
  );
  const chosen = choose(pictures?.hits ?? []);
  if (chosen.length === 0) return null;
  return (
    <section className="home-section" aria-labelledby="glimpse">
      <header className="section-head">
        <h2 id="glimpse">{t("home.glimpse")}</h2>
      </header>
      <ul className="glimpse">
        {chosen.map((hit) => (
          <li key={hit.record}>
            <Link to={recordAddress(hit.code)}>
              <span className="glimpse-picture">
                {hit.thumbnail && <img src={hit.thumbnail} alt="" loading="lazy" decoding="async" />}
              </span>
              <span className="glimpse-title">{hit.title}</span>
              <span className="glimpse-date">{hit.date_text ?? edtf(hit.date)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Some of them, spread evenly over the years. */
function choose(hits: readonly Hit[]): Hit[] {
  const pictures = hits.filter((hit) => hit.thumbnail !== null);
  if (pictures.length <= SHOWN) return pictures;
  const step = (pictures.length - 1) / (SHOWN - 1);
  return Array.from({ length: SHOWN }, (_, n) => pictures[Math.round(n * step)]).filter(
    (hit) => hit !== undefined,
  );
}
