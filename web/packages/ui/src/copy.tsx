import { useTexts } from "@lantai/i18n";
import { useEffect, useState } from "react";

/** Copies a text. Pages served without TLS inside a building have no clipboard interface: then the old way. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "lt-offscreen";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("copying was refused");
}

type Outcome = "idle" | "copied" | "failed";
type CopyKey = "copy.copy" | "copy.copied" | "copy.failed";

interface CopyButtonProps {
  text: string;
  /** What a screen reader says, since several such buttons stand on a page. */
  label: string;
  className?: string;
}

export function CopyButton({ text, label, className }: CopyButtonProps) {
  const { t } = useTexts<CopyKey>();
  const [outcome, setOutcome] = useState<Outcome>("idle");
  useEffect(() => {
    if (outcome === "idle") return undefined;
    const timer = setTimeout(() => setOutcome("idle"), 4000);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () => {
    copyText(text).then(
      () => setOutcome("copied"),
      () => setOutcome("failed"),
    );
  };
  return (
    <>
      <button type="button" className={className} aria-label={label} onClick={copy}>
        {outcome === "idle" ? t("copy.copy") : t(outcome === "copied" ? "copy.copied" : "copy.failed")}
      </button>
      <span role="status" className="lt-offscreen">
        {outcome === "copied" && t("copy.copied")}
        {outcome === "failed" && t("copy.failed")}
      </span>
    </>
  );
}
