import { accessionQuery, broughtRecordsQuery, sessionQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect } from "react";
import { Link, useParams } from "react-router";
import { accessionAddress } from "../../../parts/addresses";
import { Facts } from "../../../parts/facts";
import { FailureNotice } from "../../../parts/notices";
import { Waiting } from "../../../parts/waiting";

type Accession = Schemas["AccessionBody"];

/** The handing-over register (移交清单, DA/T 93) of an accession, made to be printed and signed. */
export default function RegisterPage() {
  const { t } = useWorkbenchTexts();
  const { id = "" } = useParams();
  const { data, error, isPending, refetch } = useQuery(accessionQuery(id));
  return (
    <article className="report register" aria-busy={isPending}>
      <title>{data ? `${t("register.title")} · ${data.name}` : t("register.title")}</title>
      <nav className="trail no-print">
        <Link to="/accessions">{t("accessions.title")}</Link>
        {data && <Link to={accessionAddress(data.id)}>{data.name}</Link>}
      </nav>
      <div className="page-head">
        <h1>{t("register.title")}</h1>
      </div>
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && data.state !== "accepted" && <p>{t("register.not_yet")}</p>}
      {data?.state === "accepted" && <Register accession={data} />}
    </article>
  );
}

function Register({ accession }: { accession: Accession }) {
  const { t, number, bytes, moment } = useWorkbenchTexts();
  const { data, error, hasNextPage, isFetching, fetchNextPage, refetch } = useInfiniteQuery(
    broughtRecordsQuery(accession.id),
  );
  // a register that is signed must be whole
  useEffect(() => {
    if (hasNextPage && !isFetching && !error) void fetchNextPage();
  }, [hasNextPage, isFetching, error, fetchNextPage]);
  const records = data?.pages.flatMap((page) => page.items) ?? [];
  const whole = data !== undefined && !hasNextPage;
  const { data: session } = useQuery(sessionQuery());
  return (
    <>
      <Facts
        facts={[
          [t("register.package"), accession.name, true],
          [t("register.receiver"), session?.institution, true],
          [t("accessions.fonds"), accession.fonds],
          [t("accessions.items"), number(accession.items)],
          [t("accessions.files"), number(accession.files)],
          [t("accessions.bytes"), bytes(accession.bytes)],
          [t("accessions.received_at"), moment(accession.received_at)],
          [t("accessions.received_by"), accession.received_by],
          [
            t("register.digest"),
            accession.package && <span className="code">{accession.package.value}</span>,
            true,
          ],
        ]}
      />
      <p className="no-print register-print" role="status">
        {whole ? (
          <Button type="primary" onClick={() => window.print()}>
            {t("report.print")}
          </Button>
        ) : (
          t("register.reading", { done: number(records.length), total: number(accession.items) })
        )}
      </p>
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {/* what is wider than the screen is reached with the keyboard too */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="register-table" role="region" aria-label={t("register.table")} tabIndex={0}>
        <table>
          <caption className="lt-offscreen">{t("register.table")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("register.number")}</th>
              <th scope="col">{t("register.code")}</th>
              <th scope="col" className="author">
                {t("register.author")}
              </th>
              <th scope="col" className="title">
                {t("register.record_title")}
              </th>
              <th scope="col">{t("register.date")}</th>
              <th scope="col">{t("register.retention")}</th>
              <th scope="col">{t("register.classification")}</th>
              <th scope="col">{t("register.pages")}</th>
              <th scope="col">{t("accessions.files")}</th>
            </tr>
          </thead>
          <tbody>
            {records.map((record, index) => (
              <tr key={record.code}>
                <td className="number">{number(index + 1)}</td>
                <th scope="row" className="code nowrap">
                  {record.code}
                </th>
                <td>{record.author}</td>
                <td>{record.title}</td>
                <td className="nowrap">{record.date}</td>
                <td className="nowrap">{record.retention}</td>
                <td className="nowrap">{record.classification}</td>
                <td className="number">{record.page_count !== null && number(record.page_count)}</td>
                <td className="number">{number(record.files.length)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="signatures" aria-hidden="true">
        {(["register.sender", "register.receiver"] as const).map((side) => (
          <dl key={side}>
            <dt>{side === "register.receiver" ? `${t(side)} ${session?.institution ?? ""}` : t(side)}</dt>
            <dd>{t("register.filled_by")}</dd>
            <dd>{t("register.checked_by")}</dd>
            <dd>{t("register.seal")}</dd>
            <dd>{t("register.day")}</dd>
          </dl>
        ))}
      </div>
    </>
  );
}
