import { readersQuery, verifyReader, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Form, Input, Select, Table, type TableColumnsType } from "antd";
import { useDeferredValue, useState } from "react";
import { FormDialog } from "../../../parts/form-dialog";
import { FailureNotice } from "../../../parts/notices";
import { Tag } from "../../../parts/status-tag";
import { Waiting } from "../../../parts/waiting";

type Reader = Schemas["ReaderBody"];

const DOCUMENTS = [
  "identity_card",
  "passport",
  "hong_kong_macao_permit",
  "taiwan_permit",
  "residence_permit",
  "service_card",
  "letter_of_introduction",
];

/** Registered readers; the reading room sees who they are. */
export default function ReadersPage() {
  const { t } = useWorkbenchTexts();
  const [typed, setTyped] = useState("");
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(readersQuery(useDeferredValue(typed.trim())));
  const readers = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div aria-busy={isPending}>
      <title>{`${t("readers.title")} · ${t("desk.name")}`}</title>
      <h1>{t("readers.title")}</h1>
      <p className="quiet narrow">{t("readers.intro")}</p>
      <p className="narrow">
        <Input
          aria-label={t("readers.find")}
          placeholder={t("readers.find")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          allowClear
        />
      </p>
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && readers.length === 0 && (
        <div className="panel empty">
          <p>{t("readers.empty")}</p>
          <p className="quiet">{t("readers.empty_hint")}</p>
        </div>
      )}
      {readers.length > 0 && (
        <div className="panel flush">
          <ReaderTable readers={readers} />
        </div>
      )}
      {hasNextPage && (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("desk.more")}
        </Button>
      )}
    </div>
  );
}

function ReaderTable({ readers }: { readers: Reader[] }) {
  const { t, label, moment } = useWorkbenchTexts();
  const columns: TableColumnsType<Reader> = [
    {
      title: t("people.person_name"),
      key: "name",
      rowScope: "row",
      render: (_, reader) => (
        <>
          {reader.name}
          <span className="under">{reader.account}</span>
        </>
      ),
    },
    {
      title: t("readers.identity"),
      key: "identity",
      render: (_, reader) =>
        reader.document ? (
          <>
            <Tag tone="good">{t("readers.verified")}</Tag>
            <span className="under">
              {label("identity_document", reader.document)} · {reader.verified_by?.name}
            </span>
          </>
        ) : (
          <Verify reader={reader} />
        ),
    },
    {
      title: t("readers.registered"),
      key: "registered",
      responsive: ["md"],
      render: (_, reader) => moment(reader.registered_at),
    },
  ];
  return (
    <Table
      aria-label={t("readers.table")}
      size="small"
      rowKey="id"
      columns={columns}
      dataSource={readers}
      pagination={false}
    />
  );
}

function Verify({ reader }: { reader: Reader }) {
  const { t, label } = useWorkbenchTexts();
  return (
    <FormDialog<{ document: string }, unknown>
      title={t("readers.verify")}
      intro={t("readers.verify_note", { name: reader.name })}
      initial={{ document: "identity_card" }}
      send={({ document }) => verifyReader(reader.id, document)}
      button={{ size: "small" }}
    >
      <Form.Item name="document" label={t("readers.document")}>
        <Select
          options={DOCUMENTS.map((document) => ({
            value: document,
            label: label("identity_document", document),
          }))}
        />
      </Form.Item>
    </FormDialog>
  );
}
