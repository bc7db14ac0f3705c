import { broughtRecordsQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Tree, type TreeDataNode } from "antd";
import { useMemo } from "react";
import { Link } from "react-router";
import { recordAddress, registerAddress } from "../../../parts/addresses";
import { FailureNotice } from "../../../parts/notices";
import { Waiting } from "../../../parts/waiting";

type Brought = Schemas["BroughtRecord"];

/** The records of an accession as a tree, each with its files and their formats. */
export function BroughtRecords({ accession }: { accession: string }) {
  const { t, number, bytes } = useWorkbenchTexts();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(broughtRecordsQuery(accession));
  const records = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const leaf = (file: Brought["files"][number], record: Brought): TreeDataNode => ({
    key: `${record.code}/${file.name}`,
    isLeaf: true,
    selectable: false,
    title: (
      <span className="brought-file">
        <span className="code">{file.name}</span>{" "}
        <span className="quiet">
          {[file.puid, file.format, bytes(file.size)].filter(Boolean).join(" · ")}
        </span>
      </span>
    ),
  });
  const nodes: TreeDataNode[] = records.map((record) => ({
    key: record.code,
    selectable: false,
    title: (
      <span>
        <Link to={recordAddress(record.code)}>{record.title}</Link>{" "}
        <span className="code quiet">{record.code}</span>{" "}
        <span className="quiet">{t("brought.files", { count: record.files.length })}</span>
      </span>
    ),
    children: record.files.map((file) => leaf(file, record)),
  }));
  return (
    <section className="panel" aria-labelledby="brought" aria-busy={isPending}>
      <div className="panel-head">
        <h2 id="brought">{t("accession.records")}</h2>
        <Link to={registerAddress(accession)}>{t("register.open")}</Link>
      </div>
      {isPending && <Waiting rows={4} />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {nodes.length > 0 && (
        <Tree
          treeData={nodes}
          height={480}
          itemHeight={32}
          defaultExpandAll={records.length <= 20}
          aria-label={t("accession.records")}
          blockNode
        />
      )}
      {hasNextPage && (
        <p>
          <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t("desk.more")}
          </Button>{" "}
          <span className="quiet">{t("accession.records_first", { count: number(records.length) })}</span>
        </p>
      )}
    </section>
  );
}
