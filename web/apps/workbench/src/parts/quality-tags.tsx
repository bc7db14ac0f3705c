import type { Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { Tag } from "./status-tag";

type Tone = Parameters<typeof Tag>[0]["tone"];

const TONES: Record<Schemas["QualityState"], Tone> = {
  drawn: "plain",
  inspecting: "busy",
  arbitrating: "warn",
  passed: "good",
  returned: "bad",
  withdrawn: "plain",
};

export function QualityTag({ state }: { state: Schemas["QualityState"] }) {
  const { t } = useWorkbenchTexts();
  return <Tag tone={TONES[state]}>{t(`quality_state.${state}`)}</Tag>;
}

/** The name of a defect class in the viewer's language, from the rules of the archives. */
export function useDefectName(rules: Schemas["QualityRulesBody"] | undefined) {
  const { language } = useWorkbenchTexts();
  return (code: string): string => {
    const known = rules?.defects.find((defect) => defect.code === code);
    if (!known) return code;
    return language === "en" ? known.english : known.label;
  };
}
