import type { Schemas } from "../api";
import { CODE, returnedAccession, sampleAccession } from "./samples";

export const manualTask: Schemas["ReviewTask"] = {
  number: 1,
  check: "S-2.3",
  code: "intake.carrier_look",
  severity: "major",
  kind: "manual",
  findings: 1,
  examples: [],
  decision: null,
};

export const faultTask: Schemas["ReviewTask"] = {
  number: 2,
  check: "A-2.6",
  code: "intake.code_invalid",
  severity: "major",
  kind: "fault",
  findings: 3,
  examples: [
    {
      check: "A-2.6",
      severity: "major",
      outcome: "fail",
      code: "intake.code_invalid",
      record: "line 4",
      file: null,
      element: "archival_code",
      expected: CODE,
      found: "Q012-WS·1958-Y-BGS-0007",
      mend: null,
    },
  ],
  decision: null,
};

export const pendingAccession: Schemas["AccessionBody"] = {
  ...sampleAccession,
  state: "pending_review",
  records: [],
  open_tasks: 2,
};

export const sampleAttempts: Schemas["Attempt"][] = [
  {
    id: "10000000-0000-4000-8000-000000000009",
    name: "水利局1958年度移交（第一次）",
    state: "returned",
    corrects: null,
    received_at: "2026-03-01T09:20:00Z",
    finished_at: "2026-03-01T09:21:00Z",
    blockers: 2,
    warnings: 0,
    package: null,
  },
  {
    id: returnedAccession.id,
    name: returnedAccession.name,
    state: "accepted",
    corrects: "10000000-0000-4000-8000-000000000009",
    received_at: "2026-03-02T09:20:00Z",
    finished_at: "2026-03-02T09:21:00Z",
    blockers: 0,
    warnings: 0,
    package: { of: "file_list", algorithm: "sm3", value: "66c7f0f4", file_list: "66c7f0f4", files: 2 },
  },
];

export const sampleChanges: Schemas["AttemptChanges"] = {
  before: "10000000-0000-4000-8000-000000000009",
  mended: 2,
  still_there: 0,
  new: 0,
  faults: faultTask.examples.map((finding) => ({ ...finding, change: "mended" })),
};

export const broughtRecord: Schemas["BroughtRecord"] = {
  code: CODE,
  title: "关于兴修石门水库的指示",
  author: "青溪县人民委员会",
  document_number: "青会字〔1958〕第88号",
  date: "1958-09-28",
  retention: "永久",
  classification: "公开",
  open_status: "unreviewed",
  page_count: 2,
  files: [
    { name: "正文.pdf", size: 2_964_000, puid: "fmt/354", format: "PDF/A", sm3: "66c7f0f4" },
    { name: "附件.txt", size: 226, puid: "x-fmt/111", format: "Plain Text File", sm3: "debe9ff9" },
  ],
};
