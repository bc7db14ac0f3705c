import type { Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";

type Tone = "good" | "bad" | "warn" | "busy" | "plain";

/** A word in a coloured field; the word alone says everything, the colour only helps to scan a list. */
export function Tag({ tone, children }: { tone: Tone; children: string }) {
  return <span className={`status ${tone}`}>{children}</span>;
}

const STATE_TONES: Record<Schemas["AccessionState"], Tone> = {
  receiving: "busy",
  checking: "busy",
  pending_review: "warn",
  accepted: "good",
  returned: "bad",
  failed: "warn",
};

export function StateTag({ state }: { state: Schemas["AccessionState"] }) {
  const { t } = useWorkbenchTexts();
  return <Tag tone={STATE_TONES[state]}>{t(`accession_state.${state}`)}</Tag>;
}

const OPEN_TONES: Record<Schemas["OpenStatus"], Tone> = {
  unreviewed: "warn",
  not_due: "plain",
  open: "good",
  open_early: "good",
  open_masked: "good",
  open_catalogue_only: "good",
  delayed: "bad",
  controlled: "bad",
};

export function OpenTag({ status }: { status: Schemas["OpenStatus"] }) {
  const { t } = useWorkbenchTexts();
  return <Tag tone={OPEN_TONES[status]}>{t(`open_status.${status}`)}</Tag>;
}

const OUTCOME_TONES: Record<Schemas["CheckBody"]["outcome"], Tone> = {
  pass: "good",
  fail: "bad",
  warn: "warn",
  manual: "warn",
  not_applicable: "plain",
  error: "bad",
};

export function OutcomeTag({ outcome }: { outcome: Schemas["CheckBody"]["outcome"] }) {
  const { t } = useWorkbenchTexts();
  return <Tag tone={OUTCOME_TONES[outcome]}>{t(`report.outcome.${outcome}`)}</Tag>;
}

/** What kind of answer a question waits for: one that no machine can give, or whether a fault is borne. */
export function TaskTag({ task }: { task: Pick<Schemas["ReviewTask"], "kind" | "severity"> }) {
  const { t } = useWorkbenchTexts();
  return task.kind !== "fault" ? (
    <Tag tone="busy">{t("tasks.kind_manual")}</Tag>
  ) : (
    <SeverityTag severity={task.severity} />
  );
}

const SEVERITY_TONES: Record<Schemas["Severity"], Tone> = {
  blocker: "bad",
  major: "bad",
  minor: "warn",
  warn: "warn",
};

export function SeverityTag({ severity }: { severity: Schemas["Severity"] }) {
  const { t } = useWorkbenchTexts();
  return <Tag tone={SEVERITY_TONES[severity]}>{t(`report.severity.${severity}`)}</Tag>;
}
