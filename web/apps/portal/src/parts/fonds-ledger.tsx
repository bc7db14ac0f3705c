import type { Schemas } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { Link } from "react-router";
import { fondsAddress } from "./addresses";

interface FondsLedgerProps {
  fonds: readonly Schemas["FondsBody"][];
  /** One below the heading the ledger stands under. */
  heading: "h2" | "h3";
}

/** The fonds one under the other, like the page of a ledger. */
export function FondsLedger({ fonds, heading: Heading }: FondsLedgerProps) {
  const { t, label } = usePortalTexts();
  return (
    <ul className="ledger">
      {fonds.map((one) => (
        <li key={one.number}>
          <span className="ledger-number">{one.number}</span>
          <div className="ledger-body">
            <Heading>
              <Link to={fondsAddress(one.number)}>{one.title}</Link>
            </Heading>
            <p className="ledger-facts">
              {one.year_from !== null && one.year_to !== null && (
                <span>{t("fonds.years", { from: String(one.year_from), to: String(one.year_to) })}</span>
              )}
              <span>{t("fonds.records", { count: one.records })}</span>
              <span>{one.category_codes.map((code) => label("category", code)).join(" · ")}</span>
            </p>
            {one.history && <p className="ledger-history">{one.history}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}
