import type { Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { CopyButton, downloadAddress, shortName } from "@lantai/ui";
import { Table, type TableColumnsType } from "antd";

type FileBody = Schemas["FileBody"];

export function Files({ record }: { record: Schemas["RecordBody"] }) {
  const { t, bytes, label } = useWorkbenchTexts();
  const columns: TableColumnsType<FileBody> = [
    {
      title: t("record.file_name"),
      key: "name",
      rowScope: "row",
      render: (_, file) => (
        <>
          <a href={file.url}>{file.name}</a>
          <span className="under">{label("record.file_role", file.role)}</span>
        </>
      ),
    },
    {
      title: t("record.file_format"),
      key: "format",
      responsive: ["md"],
      render: (_, file) => (
        <>
          {file.format ?? file.mime ?? label("media", file.media)}
          {file.puid && <span className="code under">{file.puid}</span>}
        </>
      ),
    },
    {
      title: t("record.file_size"),
      key: "size",
      align: "end",
      className: "nowrap",
      render: (_, file) => bytes(file.size),
    },
    {
      title: t("record.file_digest"),
      key: "digests",
      responsive: ["lg"],
      render: (_, file) => (
        <>
          <Digest algorithm="SM3" digest={file.sm3} name={file.name} />
          <Digest algorithm="SHA-512" digest={file.sha512} name={file.name} />
        </>
      ),
    },
    {
      title: t("record.download_short"),
      key: "download",
      className: "nowrap",
      render: (_, file) => (
        <a
          href={downloadAddress(file)}
          download={shortName(file)}
          aria-label={t("record.download", { name: file.name })}
        >
          {t("record.download_short")}
        </a>
      ),
    },
  ];
  return (
    <section className="panel" aria-labelledby="files">
      <h2 id="files">{t("record.files")}</h2>
      <Table
        aria-label={t("record.files")}
        size="small"
        rowKey="n"
        columns={columns}
        dataSource={record.files}
        pagination={false}
        locale={{ emptyText: t("record.no_files") }}
      />
    </section>
  );
}

/** A digest is too long to read; its beginning is shown and the whole of it copied. */
function Digest({ algorithm, digest, name }: { algorithm: string; digest: string; name: string }) {
  const { t } = useWorkbenchTexts();
  return (
    <span className="digest">
      <span className="quiet">{algorithm}</span> <span className="code">{digest.slice(0, 16)}…</span>
      <CopyButton
        className="text-button"
        text={digest}
        label={t("record.copy_digest", { name, algorithm })}
      />
    </span>
  );
}
