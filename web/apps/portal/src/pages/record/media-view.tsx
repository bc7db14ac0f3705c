import type { Schemas } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { isPdf, isShownPicture, shortName } from "@lantai/ui";
import { ImageViewer } from "./image-viewer";

type FileBody = Schemas["FileBody"];

/** What can be looked at or listened to right here. */
export function MediaView({ title, files }: { title: string; files: readonly FileBody[] }) {
  const { t } = usePortalTexts();
  const pictures = files.filter(isShownPicture);
  const sounds = files.filter((file) => file.media === "sound");
  const videos = files.filter((file) => file.media === "video");
  const documents = files.filter(isPdf);
  return (
    <>
      {pictures.length > 0 && <ImageViewer title={title} pictures={pictures} />}
      {sounds.map((file) => (
        <figure className="player" key={file.n}>
          <figcaption>{shortName(file)}</figcaption>
          {/* The words of a recording stand in the text of the record below, when there are any. */}
          {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
          <audio
            controls
            preload="metadata"
            src={file.url}
            aria-label={t("record.sound", { name: shortName(file) })}
          />
        </figure>
      ))}
      {videos.map((file) => (
        <figure className="player" key={file.n}>
          <figcaption>{shortName(file)}</figcaption>
          {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
          <video
            controls
            preload="metadata"
            src={file.url}
            aria-label={t("record.video", { name: shortName(file) })}
          />
        </figure>
      ))}
      {documents.map((file) => (
        <p className="pdf no-print" key={file.n}>
          <a className="button strong" href={file.url} target="_blank" rel="noopener">
            {t("record.open_pdf", { name: shortName(file) })}
          </a>
        </p>
      ))}
    </>
  );
}
