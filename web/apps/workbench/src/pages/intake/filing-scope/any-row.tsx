import { filingTableQuery } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Select } from "antd";
import { useId, useState } from "react";

interface AnyRowProps {
  table: string;
  /** Whether the table proposes something, so that another choice needs a reason. */
  isOverride: boolean;
  isDeciding: boolean;
  decide: (choice: { item_no: string; reason: string | null }) => void;
}

/** Decides by a row of the table that did not fire. */
export function AnyRow({ table, isOverride, isDeciding, decide }: AnyRowProps) {
  const { t } = useWorkbenchTexts();
  const { data } = useQuery(filingTableQuery(table));
  const [row, setRow] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const id = useId();
  return (
    <div className="override">
      <h3>{t("filing.any_row")}</h3>
      <Select
        showSearch={{ optionFilterProp: "label" }}
        aria-label={t("filing.any_row")}
        placeholder={t("filing.search")}
        value={row}
        onChange={setRow}
        options={
          data?.rows.map((one) => ({ value: one.item_no, label: `${one.item_no} ${one.item_text}` })) ?? []
        }
      />
      {row !== null && (
        <>
          <label htmlFor={`${id}-reason`}>{t(isOverride ? "filing.reason_missing" : "filing.reason")}</label>
          <Input.TextArea
            id={`${id}-reason`}
            rows={2}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <Button
            type="primary"
            disabled={isOverride && reason.trim() === ""}
            loading={isDeciding}
            onClick={() => decide({ item_no: row, reason: reason.trim() || null })}
          >
            {t("filing.decide")}
          </Button>
        </>
      )}
    </div>
  );
}
