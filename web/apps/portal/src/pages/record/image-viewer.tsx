import type { Schemas } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { usePointerZoom } from "./use-pointer-zoom";
import { useZoom } from "./use-zoom";

type FileBody = Schemas["FileBody"];

interface ImageViewerProps {
  title: string;
  pictures: readonly FileBody[];
}

const STEP = 1.5;
const STRIDE = 60;

/** Shows one picture large; wheel, fingers, buttons and keys zoom and move it. */
export function ImageViewer({ title, pictures }: ImageViewerProps) {
  const { t } = usePortalTexts();
  const [index, setIndex] = useState(0);
  const [failed, setFailed] = useState(false);
  const { zoom, zoomBy, moveBy, rotate, reset } = useZoom();
  const frame = useRef<HTMLDivElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const pointer = usePointerZoom(stage, { zoomBy, moveBy });
  const fullscreen = useFullscreen(frame);
  const picture = pictures[index];
  if (!picture) return null;

  const show = (next: number) => {
    if (next < 0 || next >= pictures.length) return;
    setIndex(next);
    setFailed(false);
    reset();
  };
  const size = () => ({ width: stage.current?.clientWidth ?? 0, height: stage.current?.clientHeight ?? 0 });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const actions: Record<string, () => void> = {
      "+": () => zoomBy(STEP),
      "=": () => zoomBy(STEP),
      "-": () => zoomBy(1 / STEP),
      "0": reset,
      r: rotate,
      R: rotate,
      PageUp: () => show(index - 1),
      PageDown: () => show(index + 1),
      ...(zoom.scale > 1 && {
        ArrowLeft: () => moveBy(STRIDE, 0, size()),
        ArrowRight: () => moveBy(-STRIDE, 0, size()),
        ArrowUp: () => moveBy(0, STRIDE, size()),
        ArrowDown: () => moveBy(0, -STRIDE, size()),
      }),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };

  return (
    <section className="viewer" ref={frame} aria-label={t("viewer.label", { name: title })}>
      {/* The stage takes the keys of the viewer, as a map does; the same is on the buttons below. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        className={zoom.scale > 1 ? "viewer-stage zoomed" : "viewer-stage"}
        ref={stage}
        role="group"
        aria-label={t("viewer.help")}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onKeyDown={onKeyDown}
        onDoubleClick={() => (zoom.scale > 1 ? reset() : zoomBy(STEP * STEP))}
        {...pointer}
      >
        {failed ? (
          <p className="viewer-failed">{t("viewer.failed")}</p>
        ) : (
          <img
            key={picture.n}
            src={picture.url}
            alt={t("record.file_alt", { title, n: index + 1 })}
            draggable={false}
            decoding="async"
            onError={() => setFailed(true)}
            style={{
              transform: `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale}) rotate(${zoom.turns * 90}deg)`,
            }}
          />
        )}
      </div>
      <div className="viewer-tools no-print">
        {pictures.length > 1 && (
          <span className="viewer-pages">
            <Tool label={t("viewer.previous")} sign="‹" disabled={index === 0} act={() => show(index - 1)} />
            <span role="status">{t("viewer.page_of", { n: index + 1, count: pictures.length })}</span>
            <Tool
              label={t("viewer.next")}
              sign="›"
              disabled={index === pictures.length - 1}
              act={() => show(index + 1)}
            />
          </span>
        )}
        <span className="viewer-zoom">
          <Tool
            label={t("viewer.zoom_out")}
            sign="−"
            disabled={zoom.scale === 1}
            act={() => zoomBy(1 / STEP)}
          />
          <output aria-label={t("viewer.zoom", { percent: Math.round(zoom.scale * 100) })}>
            {Math.round(zoom.scale * 100)}%
          </output>
          <Tool label={t("viewer.zoom_in")} sign="+" act={() => zoomBy(STEP)} />
          <button type="button" onClick={reset}>
            {t("viewer.reset")}
          </button>
          <button type="button" onClick={rotate}>
            {t("viewer.rotate")}
          </button>
          {fullscreen.possible && (
            <button type="button" onClick={fullscreen.toggle}>
              {t(fullscreen.active ? "viewer.leave_fullscreen" : "viewer.fullscreen")}
            </button>
          )}
        </span>
      </div>
      {pictures.length > 1 && (
        <ol className="viewer-strip no-print" aria-label={t("viewer.pages")}>
          {pictures.map((one, position) => (
            <li key={one.n}>
              <button
                type="button"
                aria-current={position === index || undefined}
                aria-label={t("viewer.page_of", { n: position + 1, count: pictures.length })}
                onClick={() => show(position)}
              >
                <img src={one.url} alt="" loading="lazy" decoding="async" />
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

interface ToolProps {
  label: string;
  sign: string;
  disabled?: boolean;
  act: () => void;
}

/** Stays focusable when it can do nothing, so that the keyboard does not lose its place. */
function Tool({ label, sign, disabled = false, act }: ToolProps) {
  return (
    <button
      type="button"
      className="sign"
      aria-label={label}
      aria-disabled={disabled}
      onClick={() => {
        if (!disabled) act();
      }}
    >
      {sign}
    </button>
  );
}

function useFullscreen(frame: React.RefObject<HTMLElement | null>) {
  const [active, setActive] = useState(false);
  useEffect(() => {
    const follow = () => setActive(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", follow);
    return () => document.removeEventListener("fullscreenchange", follow);
  }, []);
  const toggle = () => {
    const change = document.fullscreenElement
      ? document.exitFullscreen()
      : frame.current?.requestFullscreen();
    change?.catch(() => undefined); // the browser may refuse; the picture is then as large as before
  };
  return { possible: document.fullscreenEnabled === true, active, toggle };
}
