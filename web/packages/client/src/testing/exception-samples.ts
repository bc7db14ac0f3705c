import type { Schemas } from "../api";

const file = {
  size: 482_000,
  sm3: "66c7f0f4",
  puid: "fmt/43",
  format: "JPEG File Interchange Format",
  mime: "image/jpeg",
  media: "image",
  faults: [],
  assigned_to: null,
  reason: null,
  by: null,
  at: null,
} as const;

/** A scan whose name resembles a code. */
export const resemblingFile: Schemas["ExceptionFile"] = {
  ...file,
  number: 1,
  file: "扫描/J001-WS·1958·Y-00O1.jpg",
  why: "no_record",
  candidates: [
    { code: "J001-WS·1958·Y-0001", source: "resembles" },
    { code: "J001-WS·1958·Y-0011", source: "resembles" },
  ],
  faults: [],
  state: "open",
};

/** A scan on whose page another code stands than in its name. */
export const disagreeingFile: Schemas["ExceptionFile"] = {
  ...file,
  number: 2,
  file: "扫描/IMG_0002.jpg",
  why: "page_disagrees",
  candidates: [
    { code: "J001-WS·1958·Y-0002", source: "code_in_name" },
    { code: "J001-WS·1958·Y-0088", source: "page_code" },
  ],
  faults: [],
  state: "open",
};

/** A file with a fault of its own. */
export const unfitFile: Schemas["ExceptionFile"] = {
  ...file,
  number: 3,
  file: "扫描/残页.pdf",
  puid: "fmt/18",
  format: "Acrobat PDF 1.4",
  mime: "application/pdf",
  media: "document",
  why: "no_record",
  candidates: [],
  faults: [
    {
      check: "I-3.1",
      severity: "blocker",
      outcome: "fail",
      code: "intake.file_truncated",
      record: null,
      file: "扫描/残页.pdf",
      element: null,
      expected: "a file that is there to its last byte",
      found: "it ends in the middle",
      mend: "send it again",
    },
  ],
  state: "open",
};

/** A file that a person has assigned. */
export const assignedFile: Schemas["ExceptionFile"] = {
  ...resemblingFile,
  state: "assigned",
  assigned_to: "J001-WS·1958·Y-0001",
  by: "li.wei",
  at: "2026-03-02T09:30:00Z",
};

export const openSummary: Schemas["ExceptionSummary"] = {
  open: 3,
  assigned: 0,
  left_out: 0,
  task: 1,
  decided: false,
  folders: [{ folder: "扫描", open: 3 }],
};

export const settledSummary: Schemas["ExceptionSummary"] = {
  open: 0,
  assigned: 1,
  left_out: 0,
  task: 1,
  decided: false,
  folders: [],
};

export const waitingRecord: Schemas["WaitingRecord"] = {
  code: "J001-WS·1958·Y-0003",
  title: "关于兴修石门水库的指示",
  files: 2,
};

export const attachmentTask: Schemas["ReviewTask"] = {
  number: 1,
  check: "A-4.1",
  code: "intake.file_unattached",
  severity: "blocker",
  kind: "attachment",
  findings: 3,
  examples: [],
  decision: null,
};
