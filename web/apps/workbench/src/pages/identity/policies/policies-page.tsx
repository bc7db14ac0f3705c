import { policiesQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery } from "@tanstack/react-query";
import { Tag } from "antd";
import { FailureNotice } from "../../../parts/notices";
import { Waiting } from "../../../parts/waiting";
import { PolicyTrial } from "./policy-trial";

/** The policies of the one gate, readable, and a question to try on them. */
export default function PoliciesPage() {
  const { t } = useWorkbenchTexts();
  const { data, error, isPending, refetch } = useQuery(policiesQuery());
  return (
    <div aria-busy={isPending}>
      <title>{`${t("policies.title")} · ${t("desk.name")}`}</title>
      <h1>{t("policies.title")}</h1>
      <p className="quiet narrow">{t("policies.intro")}</p>
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && (
        <>
          <PolicyTrial policies={data} />
          <section className="panel" aria-labelledby="policies">
            <h2 id="policies">{t("policies.list")}</h2>
            <p className="quiet">
              {t("policies.version")} <code className="wrapped">{data.version}</code>
            </p>
            <ul className="policies">
              {data.policies.map((policy) => (
                <li key={policy.name}>
                  <Policy policy={policy} />
                </li>
              ))}
            </ul>
          </section>
        </>
      )}
    </div>
  );
}

/** One policy: what it means, its name, and its text on demand. */
export function Policy({ policy }: { policy: Schemas["Policy"] }) {
  const { t, language } = useWorkbenchTexts();
  return (
    <>
      <p>
        <Tag color={policy.forbids ? "red" : "green"}>
          {policy.forbids ? t("policies.forbids") : t("policies.allows")}
        </Tag>
        {language === "en" ? policy.en : policy.zh} <code>{policy.name}</code>
      </p>
      <details>
        <summary>{t("policies.text")}</summary>
        <pre className="policy-text">{policy.text}</pre>
      </details>
    </>
  );
}
