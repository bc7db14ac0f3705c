import type { Schemas } from "../api";
import { CODE } from "./samples";

const LOT = "20000000-0000-4000-8000-000000000001";
const RECORD = "00000000-0000-4000-8000-000000000001";

export const sampleQualityRules: Schemas["QualityRulesBody"] = {
  version: "2026.1",
  deadline_days: 14,
  defects: [
    { code: "missing_page", label: "缺页", english: "Missing page", severity: "critical", key: 1 },
    { code: "blur", label: "模糊", english: "Blurred", severity: "major", key: 4 },
    { code: "skew", label: "倾斜", english: "Skewed", severity: "minor", key: 8 },
    { code: "double_page", label: "重页", english: "Page scanned twice", severity: "minor", key: null },
  ],
  plans: [
    { id: "rate-5", label: "按比例抽检 5%", english: "Five of a hundred", unit: "file", switches: false },
    {
      id: "iso-II",
      label: "计数抽样 一般水平Ⅱ",
      english: "Acceptance sampling, level II",
      unit: "file",
      switches: true,
    },
  ],
};

const plan: Schemas["QualitySamplePlanBody"] = {
  plan: "iso-II",
  unit: "file",
  stratify: "none",
  inspection: "normal",
  letter: "J",
  lot_size: 1000,
  sample_size: 125,
  limits: [
    { severity: "critical", size: 125, accept: 0, aql: 0.1 },
    { severity: "major", size: 80, accept: 2, aql: 1 },
    { severity: "minor", size: 80, accept: 7, aql: 4 },
  ],
};

export const sampleLot: Schemas["QualityLotBody"] = {
  id: LOT,
  name: "水利局扫描第一批",
  accession: "10000000-0000-4000-8000-000000000001",
  received_by: "zhou",
  code_prefix: null,
  series: "Q012",
  again: null,
  rules: "2026.1",
  plan,
  seed: "ab".repeat(32),
  assigned: [],
  created_by: "admin",
  created_at: "2026-03-02T09:20:00Z",
  deadline: "2026-03-16",
  overdue: false,
  state: "drawn",
  seats: [],
  my_seat: null,
  next_item: null,
  disputed: null,
  conclusion: null,
  withdrawn_reason: null,
};

/** A lot of three pieces that whoever asks inspects. */
export const inspectedLot: Schemas["QualityLotBody"] = {
  ...sampleLot,
  plan: { ...plan, lot_size: 3, sample_size: 3 },
  state: "inspecting",
  seats: [{ seat: "one", person: "admin", marked: 0, submitted_at: null }],
  my_seat: "one",
  next_item: 1,
};

export const arbitratedLot: Schemas["QualityLotBody"] = {
  ...inspectedLot,
  state: "arbitrating",
  seats: [
    { seat: "one", person: "li", marked: 3, submitted_at: null },
    { seat: "two", person: "wang", marked: 3, submitted_at: null },
    { seat: "arbiter", person: "admin", marked: 0, submitted_at: null },
  ],
  my_seat: "arbiter",
  next_item: 2,
  disputed: 1,
};

export const returnedLot: Schemas["QualityLotBody"] = {
  ...arbitratedLot,
  state: "returned",
  next_item: null,
  conclusion: {
    at: "2026-03-05T10:00:00Z",
    by: "admin",
    tally: [
      { severity: "critical", size: 125, defective: 1, accept: 0, passes: false },
      { severity: "major", size: 80, defective: 0, accept: 2, passes: true },
      { severity: "minor", size: 80, defective: 3, accept: 7, passes: true },
    ],
    fine: 121,
    disputed: 1,
  },
};

const item = (number: number): Schemas["QualityItemBody"] => ({
  number,
  record: RECORD,
  code: CODE,
  file: (number % 2) + 1,
  files: 1,
  name: `第${number}页.jpg`,
  size: 900_000,
  hints: number === 3 ? ["small_file"] : [],
  marks: [],
});

export const sampleItems: Schemas["QualityItemBody"][] = [item(1), item(2), item(3)];

export const disputedItems: Schemas["QualityItemBody"][] = [
  {
    ...item(2),
    marks: [
      {
        seat: "one",
        by: "li",
        at: "2026-03-03T09:00:00Z",
        defects: [{ class: "missing_page", page: null }],
        note: "第2页后缺一页",
      },
      { seat: "two", by: "wang", at: "2026-03-03T10:00:00Z", defects: [], note: null },
    ],
  },
];

export const sampleMark: Schemas["QualityMarkBody"] = {
  seat: "one",
  by: "admin",
  at: "2026-03-03T09:00:00Z",
  defects: [],
  note: null,
};

const proposed: Schemas["FilingProposedBody"] = {
  row_id: "XZ-GENERAL@2026.1#5.2",
  item_no: "5.2",
  item_text: "本单位的一般请示与批复",
  filed: true,
  category: "WS",
  class_path: "WS/04/01",
  class_names: ["文书", "业务", "请示、报告与批复"],
  retention: "D30",
  retention_label: "30年",
  open_status: "unreviewed",
  classification: "公开",
  code_template: "category·year-retention-item(4)",
  reasons: [
    { criterion: "document_type", words: ["请示"] },
    { criterion: "direction", words: ["sent"] },
  ],
};

export const sampleProposal: Schemas["FilingProposalBody"] = {
  table: "XZ-GENERAL@2026.1",
  verdict: "sure",
  row: proposed,
  alternatives: [
    {
      ...proposed,
      row_id: "XZ-GENERAL@2026.1#7.2",
      item_no: "7.2",
      item_text: "土地、山林、水域、房屋权属的确认材料",
      class_path: "WS/04/04",
      class_names: ["文书", "业务", "行政许可与执法"],
      retention: "Y",
      retention_label: "永久",
      reasons: [{ criterion: "title", words: ["征地"] }],
    },
  ],
};

export const sampleTable: Schemas["FilingTableBody"] = {
  table: {
    name: "XZ-GENERAL@2026.1",
    title: "县级机关文件材料分类、归档范围与保管期限表（通用）",
    english: "Classification, filing scope and retention of county bodies (general)",
    fonds: [],
    valid_from: "2007-01-01",
    valid_to: null,
    approved_by: "青溪县档案局",
    approval_number: "青档函〔2026〕1号",
    rows: 2,
  },
  classes: [
    { path: "WS", name: "文书", english: "Documents" },
    { path: "WS/04/01", name: "请示、报告与批复", english: "Requests, reports and replies" },
  ],
  rows: [
    {
      item_no: "5.2",
      item_text: "本单位的一般请示与批复",
      filed: true,
      class_path: "WS/04/01",
      retention: "D30",
      retention_label: "30年",
      conditions: null,
      responsible_unit: "办公室",
      series: null,
      at_least: null,
      fires_on: ["请示", "sent"],
    },
    {
      item_no: "6.5",
      item_text: "重份文件",
      filed: false,
      class_path: null,
      retention: null,
      retention_label: null,
      conditions: null,
      responsible_unit: null,
      series: null,
      at_least: null,
      fires_on: ["便函"],
    },
  ],
};

export const sampleDecision: Schemas["FilingDecisionBody"] = {
  id: "30000000-0000-4000-8000-000000000001",
  at: "2026-03-02T09:20:00Z",
  by: "admin",
  document: {
    reference: null,
    title: "关于石门渠用地的请示",
    document_type: "请示",
    author: null,
    department: null,
    direction: "sent",
    document_number: null,
    date: null,
    year: 2020,
    fonds: null,
    facts: {},
  },
  table: "XZ-GENERAL@2026.1",
  verdict: "sure",
  proposed: "XZ-GENERAL@2026.1#5.2",
  decided: { ...proposed, item_no: "7.2", retention_label: "永久" },
  overridden: true,
  reason: "涉及土地权属",
};
