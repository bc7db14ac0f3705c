import { findingsQuery, type Schemas, type Severity } from "@lantai/client";
import { elementName, explainFinding, isValue } from "@lantai/i18n";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Radio } from "antd";
import { useSearchParams } from "react-router";
import { Facts } from "../../../parts/facts";
import { FailureNotice } from "../../../parts/notices";
import { SeverityTag } from "../../../parts/status-tag";
import { useReached } from "../../../parts/use-reached";
import { Waiting } from "../../../parts/waiting";

type Finding = Schemas["FindingBody"];

const SEVERITIES = ["blocker", "major", "minor", "warn"] as const;

interface FindingsProps {
  accession: string;
  /** Their titles say in words what a finding's check is about. */
  checks: readonly Schemas["CheckBody"][];
}

export function Findings({ accession, checks }: FindingsProps) {
  const { t } = useWorkbenchTexts();
  const [params, setParams] = useSearchParams();
  const severity: Severity | null = SEVERITIES.find((known) => known === params.get("severity")) ?? null;
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(findingsQuery(accession, severity));
  const findings = data?.pages.flatMap((page) => page.items) ?? [];
  const place = useReached("#findings", data !== undefined);
  return (
    <section className="panel" aria-labelledby="findings" aria-busy={isPending} tabIndex={-1} ref={place}>
      <div className="panel-head">
        <h2 id="findings">{t("report.findings")}</h2>
        <Radio.Group
          className="no-print"
          aria-label={t("report.filter")}
          optionType="button"
          size="small"
          value={severity ?? "all"}
          onChange={(event) =>
            setParams(event.target.value === "all" ? {} : { severity: String(event.target.value) }, {
              replace: true,
            })
          }
          options={[
            { value: "all", label: t("report.all") },
            ...SEVERITIES.map((one) => ({ value: one, label: t(`report.severity.${one}`) })),
          ]}
        />
      </div>
      {isPending && <Waiting rows={4} />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && findings.length === 0 && (
        <p>{t(severity === null ? "report.no_findings" : "report.no_findings_of")}</p>
      )}
      {findings.length > 0 && (
        <ol className="findings">
          {findings.map((finding, index) => (
            <FindingItem
              key={index}
              finding={finding}
              title={checks.find(({ check }) => check === finding.check)?.title ?? null}
            />
          ))}
        </ol>
      )}
      {hasNextPage && (
        <Button className="no-print" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("desk.more")}
        </Button>
      )}
    </section>
  );
}

function FindingItem({ finding, title }: { finding: Finding; title: string | null }) {
  const { t, language } = useWorkbenchTexts();
  const told = explainFinding(finding.code, language);
  // Where we have words of our own, of the server's only the values are shown.
  const shown = (text: string | null) => (text !== null && (told === null || isValue(text)) ? text : null);
  const mend = told?.mend ?? finding.mend;
  const where = [
    finding.record && t("report.record", { code: finding.record }),
    finding.file && t("report.file", { path: finding.file }),
    finding.element && t("report.element", { name: elementName(finding.element, language) }),
  ].filter((part) => part !== null);
  return (
    <li>
      <p className="finding-head">
        <SeverityTag severity={finding.severity} />
        <span className="code">{finding.check}</span>
        {told ? <strong>{told.what}</strong> : title && <strong>{title}</strong>}
        {told && title && <span className="quiet">{title}</span>}
        {finding.code && <span className="code quiet">{finding.code}</span>}
      </p>
      <Facts
        facts={[
          [t("report.where"), where.length > 0 ? where.join(" · ") : t("report.whole_package")],
          [t("report.expected"), shown(finding.expected)],
          [t("report.found"), shown(finding.found)],
          [t("report.mend"), mend && <strong>{mend}</strong>],
        ]}
      />
    </li>
  );
}
