import type { Schemas } from "../api";

export const publicSession: Schemas["SessionBody"] = {
  institution: "青溪县档案馆",
  viewer: { kind: "public", name: null, actions: ["view_entry", "view_content"] },
  version: "0.1.0",
  signing_in_as: null,
  second_factor_needed: false,
  second_factors: [],
  password_must_change: false,
  enrolment_needed: false,
  proved_lately: false,
  provider: null,
};

export const staffSession: Schemas["SessionBody"] = {
  ...publicSession,
  viewer: {
    kind: "staff",
    name: "admin",
    actions: [
      "view_entry",
      "view_content",
      "view_history",
      "receive",
      "inspect_quality",
      "file",
      "view_figures",
    ],
  },
  proved_lately: true,
};

export const CODE = "Q012-WS·1958·Y·BGS-0007";
const RECORD = "00000000-0000-4000-8000-000000000001";
const ACCESSION = "10000000-0000-4000-8000-000000000001";

export const sampleFonds: Schemas["FondsBody"] = {
  number: "Q012",
  title: "青溪县水利局",
  category_codes: ["WS", "ZP"],
  year_from: 1953,
  year_to: 2016,
  records: 4,
  history: "水利局的前身是1953年设立的农田水利股。",
};

export const sampleHit: Schemas["HitBody"] = {
  record: RECORD,
  code: CODE,
  title: "关于兴修石门水库的指示",
  title_highlights: [[6, 8]],
  fonds: "Q012",
  fonds_title: "青溪县水利局",
  category: "WS",
  date: "1958-09-28",
  date_text: null,
  author: "青溪县人民委员会",
  document_number: "青会字〔1958〕第88号",
  open_status: "open",
  snippet: { text: "石门水库是我县头等工程", highlights: [[2, 4]], file: 0, page: 1, second: null },
  thumbnail: "/api/v1/records/1/files/1",
  media: ["image"],
};

export const sampleSearch: Schemas["SearchBody"] = {
  total: 41,
  total_is_capped: false,
  took_ms: 4,
  read_as: "text:水库 date:1958",
  hits: [sampleHit],
  facets: {
    fonds: [
      { value: "Q012", label: "青溪县水利局", count: 40 },
      { value: "Q001", label: "县政府办公室", count: 1 },
    ],
    category: [
      { value: "WS", label: "文书", count: 30 },
      { value: "ZP", label: "照片", count: 11 },
    ],
    year: [{ value: "1950s", label: "1950年代", count: 41 }],
    retention: [],
    open_status: [
      { value: "open", label: "开放", count: 40 },
      { value: "unreviewed", label: "待审核", count: 1 },
    ],
  },
  next_cursor: "next-20",
};

export const emptySearch: Schemas["SearchBody"] = {
  ...sampleSearch,
  total: 0,
  hits: [],
  facets: { fonds: [], category: [], year: [], retention: [], open_status: [] },
  next_cursor: null,
};

const file = (n: number): Schemas["FileBody"] => ({
  n,
  name: `第${n}页.jpg`,
  size: 1_482_113,
  mime: "image/jpeg",
  puid: "fmt/43",
  format: "JPEG File Interchange Format 1.01",
  media: "image",
  role: "content",
  sha512: "a".repeat(128),
  sm3: "b".repeat(64),
  url: `/api/v1/records/${RECORD}/files/${n}`,
  pages: null,
});

export const sampleRecord: Schemas["RecordBody"] = {
  record: RECORD,
  code: CODE,
  former_codes: ["1-2-37"],
  title: "关于兴修石门水库的指示",
  document_number: "青会字〔1958〕第88号",
  author: "青溪县人民委员会",
  date: "1958-09-28",
  date_text: "一九五八年九月二十八日",
  date_forms: ["农历戊戌年八月十六"],
  fonds: { number: "Q012", title: "青溪县水利局" },
  category: "WS",
  category_label: "文书",
  level: "item",
  year: 1958,
  retention: "Y",
  classification: "public",
  open_status: "open",
  open_ground: "满二十五年，经审核开放",
  organisation_or_subject: "办公室",
  page_count: 2,
  carrier: "纸质",
  keywords: ["水库"],
  people: [],
  places: ["石门"],
  document_type: "指示",
  language: "汉语",
  script: null,
  summary: "动员全县民工兴修石门水库。",
  location: null,
  source: "县水利局移交",
  other: { 备注: "有批注" },
  files: [file(1), file(2)],
  has_text: true,
  permanent_address: `/records/${RECORD}`,
  accession: null,
  received_at: null,
  previous: "Q012-WS·1958·Y·BGS-0006",
  next: "Q012-WS·1958·Y·BGS-0008",
};

export const sampleText: Schemas["TextBody"] = {
  text: "各人民公社：\n    石门水库是我县头等工程。",
  places: [{ start: 0, file: 0, page: 1, second: null }],
};

export const sampleEvents: Schemas["Page_EventBody"] = {
  items: [
    {
      at: "2026-03-02T09:20:00Z",
      event: "ingestion",
      outcome: "success",
      actor: "admin",
      journal_index: 12,
      detail: null,
    },
  ],
  next_cursor: null,
};

export const sampleAccession: Schemas["AccessionBody"] = {
  id: ACCESSION,
  name: "水利局1958年度移交",
  fonds: "Q012",
  kind: "bagit",
  state: "accepted",
  items: 1,
  files: 2,
  bytes: 2_964_226,
  received_at: "2026-03-02T09:20:00Z",
  finished_at: "2026-03-02T09:21:00Z",
  received_by: "admin",
  blockers: 0,
  warnings: 0,
  corrects: null,
  stage: "filing",
  majors: "return",
  package: { of: "file_list", algorithm: "sm3", value: "66c7f0f4", file_list: "66c7f0f4", files: 2 },
  corrected_by: [],
  open_tasks: 0,
  progress: { stage: "done", files_done: 2, files_total: 2, bytes_done: 2_964_226, bytes_total: 2_964_226 },
  checks: [
    {
      check: "A-2.6",
      title: "档号规范性检测",
      std: "YJ-1-7",
      family: "authenticity",
      outcome: "pass",
      tested: 1,
      failed: 0,
    },
    {
      check: "I-1.1",
      title: "总件数相符性检测",
      std: "YJ-2-1",
      family: "integrity",
      outcome: "pass",
      tested: 1,
      failed: 0,
    },
  ],
  error: null,
  records: [{ code: CODE, title: "关于兴修石门水库的指示", open_status: "unreviewed" }],
};

export const returnedAccession: Schemas["AccessionBody"] = {
  ...sampleAccession,
  state: "returned",
  blockers: 1,
  records: [],
  checks: sampleAccession.checks.map((check, index) =>
    index === 0 ? { ...check, outcome: "fail", failed: 1 } : check,
  ),
};

export const sampleFinding: Schemas["FindingBody"] = {
  check: "A-2.6",
  severity: "blocker",
  outcome: "fail",
  record: null,
  file: "catalogue.csv",
  element: "archival_code",
  expected: "Q012-WS·1958·Y·BGS-0007",
  found: "Q012-WS·1958-Y-BGS-0007",
  mend: "把“-”改为“·”",
  code: "intake.code_invalid",
};

export const sampleOverview: Schemas["OverviewBody"] = {
  records: 72,
  files: 121,
  bytes: 84_213_322,
  open: 68,
  unreviewed: 4,
  accessions: 3,
  accessions_returned: 1,
  jobs_waiting: 0,
  journal: {
    size: 1873,
    root: "hV2n3l0cUj8bYQnQm9o2tq2w0cI0dX6sV0bqk1yXo6k=",
    checked_at: null,
    checked_sound: null,
  },
  recent_accessions: [sampleAccession],
};
