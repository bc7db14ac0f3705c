import { attemptsQuery, changesQuery, type Schemas } from "@lantai/client";
import { explainFinding } from "@lantai/i18n";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { accessionAddress } from "../../../parts/addresses";
import { FailureNotice } from "../../../parts/notices";
import { StateTag, Tag } from "../../../parts/status-tag";

type Accession = Schemas["AccessionBody"];

const CHANGES_SHOWN = 20;
const TONES = { mended: "good", still_there: "bad", new: "warn" } as const;

/** The attempts at one package, and what this one mended; nothing where there was only one. */
export function Attempts({ accession }: { accession: Accession }) {
  const isOneOfMany = accession.corrects !== null || accession.corrected_by.length > 0;
  return isOneOfMany ? <Chain accession={accession} /> : null;
}

function Chain({ accession }: { accession: Accession }) {
  const { t, moment } = useWorkbenchTexts();
  const { data, error, refetch } = useQuery(attemptsQuery(accession.id));
  return (
    <section className="panel" aria-labelledby="attempts">
      <h2 id="attempts">{t("attempts.title")}</h2>
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      <ol className="attempts">
        {data?.items.map((attempt, index) => (
          <li key={attempt.id} aria-current={attempt.id === accession.id ? "true" : undefined}>
            <p className="finding-head">
              <span className="quiet">{t("attempts.number", { count: index + 1 })}</span>
              {attempt.id === accession.id ? (
                <strong>{attempt.name}</strong>
              ) : (
                <Link to={accessionAddress(attempt.id)}>{attempt.name}</Link>
              )}
              <StateTag state={attempt.state} />
              <span className="quiet">{moment(attempt.received_at)}</span>
              {attempt.blockers > 0 && (
                <span className="quiet">{t("accessions.blockers", { count: attempt.blockers })}</span>
              )}
            </p>
            {attempt.package && (
              <p className="quiet">
                SM3 <span className="code">{attempt.package.value}</span>
              </p>
            )}
          </li>
        ))}
      </ol>
      {accession.corrects !== null && accession.checks.length > 0 && <Changes accession={accession.id} />}
    </section>
  );
}

function Changes({ accession }: { accession: string }) {
  const { t, language } = useWorkbenchTexts();
  const { data, error, refetch } = useQuery(changesQuery(accession));
  if (error) return <FailureNotice error={error} retry={() => void refetch()} />;
  if (!data) return null;
  return (
    <>
      <p role="status">
        {t("attempts.mended", { count: data.mended })} ·{" "}
        {t("attempts.still_there", { count: data.still_there })} · {t("attempts.new", { count: data.new })}
      </p>
      <ul className="changes">
        {data.faults.slice(0, CHANGES_SHOWN).map((fault, index) => (
          <li key={index}>
            <Tag tone={TONES[fault.change]}>{t(`attempts.change.${fault.change}`)}</Tag>{" "}
            <span className="code">{fault.check}</span>{" "}
            {explainFinding(fault.code, language)?.what ?? fault.code}{" "}
            <span className="quiet">{[fault.record, fault.file].filter(Boolean).join(" · ")}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
