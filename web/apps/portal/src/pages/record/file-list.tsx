import type { Schemas } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { downloadAddress, isPdf, isShownPicture, shortName } from "@lantai/ui";

type FileBody = Schemas["FileBody"];

export function FileList({ files }: { files: readonly FileBody[] }) {
  const { t } = usePortalTexts();
  return (
    <section className="files" aria-labelledby="files">
      <h2 id="files">{t("record.files")}</h2>
      <ul>
        {files.map((file) => (
          <FileItem key={file.n} file={file} />
        ))}
      </ul>
    </section>
  );
}

function FileItem({ file }: { file: FileBody }) {
  const { t, bytes, label } = usePortalTexts();
  const name = shortName(file);
  const shown = isShownPicture(file) || isPdf(file) || file.media === "sound" || file.media === "video";
  return (
    <li className="file">
      <div className="file-row">
        <div>
          <p className="file-name" title={file.name}>
            {name}
          </p>
          <p className="file-facts">
            <span>{file.format ?? file.mime ?? label("media", file.media)}</span>
            <span>{bytes(file.size)}</span>
          </p>
        </div>
        <a
          className="button no-print"
          href={downloadAddress(file)}
          download={name}
          aria-label={t("record.download", { name })}
        >
          {t("record.download_short")}
        </a>
      </div>
      {!shown && file.media !== "text" && <p className="quiet">{t("record.not_shown")}</p>}
      <details className="digests">
        <summary aria-label={t("record.digest_of", { name })}>{t("record.digest")}</summary>
        <dl>
          <dt>SM3</dt>
          <dd className="code">{file.sm3}</dd>
          <dt>SHA-512</dt>
          <dd className="code">{file.sha512}</dd>
        </dl>
      </details>
    </li>
  );
}
