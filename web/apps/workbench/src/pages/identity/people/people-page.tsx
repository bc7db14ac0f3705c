import { enterInstitution, institutionsQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery } from "@tanstack/react-query";
import { Form, Input, Select } from "antd";
import { Link, useSearchParams } from "react-router";
import { FormDialog } from "../../../parts/form-dialog";
import { FailureNotice } from "../../../parts/notices";
import { useMay } from "../../../parts/use-may";
import { Waiting } from "../../../parts/waiting";
import { PersonsPanel } from "./persons-panel";
import { PostsPanel } from "./posts-panel";

type Institution = Schemas["InstitutionBody"];

const KINDS = [
  "province_archives",
  "city_archives",
  "county_archives",
  "other_archives",
  "unit",
  "department",
];

/** Institutions as a tree; of the one that is chosen, posts with their holders, and persons. */
export default function PeoplePage() {
  const { t } = useWorkbenchTexts();
  const [search] = useSearchParams();
  const may = useMay();
  const { data, error, isPending, refetch } = useQuery(institutionsQuery());
  const open = data?.filter((one) => one.closed_at === null) ?? [];
  const chosen = open.find((one) => one.id === search.get("institution")) ?? open[0];
  return (
    <div aria-busy={isPending}>
      <title>{`${t("people.title")} · ${t("desk.name")}`}</title>
      <h1>{t("people.title")}</h1>
      <p className="quiet narrow">{t("people.intro")}</p>
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {chosen && (
        <div className="people-columns">
          <nav className="panel" aria-label={t("people.institutions")}>
            <h2>{t("people.institutions")}</h2>
            <Tree institutions={open} parent={null} chosen={chosen.id} />
            {may("manage_accounts") && <NewInstitution parent={chosen} />}
          </nav>
          <div>
            <PostsPanel key={`posts-${chosen.id}`} institution={chosen} />
            <PersonsPanel key={`persons-${chosen.id}`} institution={chosen} />
          </div>
        </div>
      )}
    </div>
  );
}

interface TreeProps {
  institutions: readonly Institution[];
  parent: string | null;
  chosen: string;
}

function Tree({ institutions, parent, chosen }: TreeProps) {
  const { label } = useWorkbenchTexts();
  const here = institutions.filter((one) => one.parent === parent);
  if (here.length === 0) return null;
  return (
    <ul className="institutions">
      {here.map((one) => (
        <li key={one.id}>
          <Link
            to={`/people?institution=${one.id}`}
            {...(one.id === chosen && { "aria-current": "true" as const })}
          >
            {one.name}
          </Link>{" "}
          <span className="quiet">{label("institution_kind", one.kind)}</span>
          <Tree institutions={institutions} parent={one.id} chosen={chosen} />
        </li>
      ))}
    </ul>
  );
}

function NewInstitution({ parent }: { parent: Institution }) {
  const { t, label } = useWorkbenchTexts();
  return (
    <FormDialog<{ name: string; kind: string }, unknown>
      title={t("people.new_institution")}
      intro={t("people.new_institution_under", { name: parent.name })}
      initial={{ kind: "unit" }}
      send={({ name, kind }) => enterInstitution({ name, kind, parent: parent.id })}
    >
      <Form.Item
        name="name"
        label={t("people.name")}
        rules={[{ required: true, message: t("people.name_missing") }]}
      >
        <Input autoComplete="off" maxLength={100} />
      </Form.Item>
      <Form.Item name="kind" label={t("people.kind")}>
        <Select options={KINDS.map((kind) => ({ value: kind, label: label("institution_kind", kind) }))} />
      </Form.Item>
    </FormDialog>
  );
}
