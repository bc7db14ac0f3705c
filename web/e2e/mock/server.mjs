// A small stand-in for the server, for working on the pages. Start: npm run mock (after npm run build).
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { INSTITUTION, FONDS, RECORDS } from "./data.mjs";
import { drawing, tone } from "./media.mjs";

const WEB = fileURLToPath(new URL("../..", import.meta.url));
const PORT = Number(process.env.PORT ?? 8787);
const SESSION = "mock-session";
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
const accessions = new Map();
let serial = 0;

const json = (res, status, body, headers = {}) => {
  res.writeHead(status, {
    "content-type": status >= 400 ? "application/problem+json" : "application/json",
    ...headers,
  });
  res.end(body === undefined ? undefined : JSON.stringify(body));
};
const problem = (res, status, code, detail) =>
  json(res, status, { type: "about:blank", title: code, status, code, detail });
const read = async (req) => {
  const parts = [];
  for await (const part of req) parts.push(part);
  return Buffer.concat(parts);
};
const isStaff = (req) => (req.headers.cookie ?? "").includes(`lantai_session=${SESSION}`);
const isOpen = (record) =>
  ["open", "open_early", "open_masked", "open_catalogue_only"].includes(record.open_status);
const visible = (req) => RECORDS.filter((record) => isStaff(req) || isOpen(record));
const session = (req, staff = isStaff(req)) => ({
  institution: INSTITUTION,
  version: "0.1.0",
  viewer: staff
    ? { kind: "staff", name: "admin", actions: ["view_entry", "view_content", "download", "receive"] }
    : { kind: "public", name: null, actions: ["view_entry", "view_content", "download"] },
  signing_in_as: null,
  second_factor_needed: false,
  second_factors: [],
  password_must_change: false,
  enrolment_needed: false,
  proved_lately: staff,
  provider: null,
});
const list = (items, next_cursor = null) => ({ items, next_cursor });

function ranges(text, word) {
  const points = Array.from(text);
  const wanted = Array.from(word);
  const found = [];
  for (let at = 0; wanted.length && at + wanted.length <= points.length; at += 1) {
    if (wanted.every((point, index) => points[at + index] === point)) found.push([at, at + wanted.length]);
  }
  return found;
}

function search(req, url) {
  const q = url.searchParams.get("q") ?? "";
  const words = q.split(/\s+/).filter(Boolean);
  const chosen = (name) => url.searchParams.getAll(name);
  const from = Number(url.searchParams.get("year_from") ?? 0);
  const to = Number(url.searchParams.get("year_to") ?? 9999);
  const all = visible(req).filter((record) => {
    const hay = [
      record.title,
      record.code,
      record.document_number,
      record.author,
      record.date_text,
      record.text,
      `${record.year}年`,
    ].join("\n");
    const has = (name, value) => chosen(name).length === 0 || chosen(name).includes(value);
    return (
      words.every((word) => hay.includes(word)) &&
      has("fonds", record.fonds.number) &&
      has("category", record.category) &&
      has("retention", record.retention) &&
      has("open_status", record.open_status) &&
      record.year >= from &&
      record.year <= to &&
      (url.searchParams.get("has_content") !== "true" || record.files.length > 0)
    );
  });
  const sort = url.searchParams.get("sort");
  if (sort === "date_asc") all.sort((a, b) => a.date.localeCompare(b.date));
  if (sort === "date_desc") all.sort((a, b) => b.date.localeCompare(a.date));
  const count = (key, label) => {
    const counts = new Map();
    all.forEach((record) => counts.set(key(record), (counts.get(key(record)) ?? 0) + 1));
    return [...counts].sort().map(([value, n]) => ({ value, label: label(value), count: n }));
  };
  const start = Number(url.searchParams.get("cursor") ?? 0);
  const limit = Number(url.searchParams.get("limit") ?? 20);
  const hits = all.slice(start, start + limit).map((record) => {
    const marks = (text) => words.flatMap((word) => ranges(text, word));
    const flat = record.text?.replace(/\s+/g, " ") ?? "";
    const at = Math.max(0, words.length ? flat.indexOf(words[0]) - 20 : 0);
    const text = flat.slice(at, at + 110);
    return {
      ...record,
      text: undefined,
      bytes: undefined,
      files: undefined,
      fonds: record.fonds.number,
      fonds_title: record.fonds.title,
      title_highlights: marks(record.title),
      snippet: text ? { text, highlights: marks(text) } : null,
    };
  });
  return {
    total: all.length,
    total_is_capped: false,
    took_ms: 4,
    read_as: q.includes("民国三十七年") ? "日期 1948年" : words.length > 1 ? words.join(" 并且 ") : "",
    hits,
    next_cursor: start + limit < all.length ? String(start + limit) : null,
    facets: {
      fonds: count(
        (r) => r.fonds.number,
        (v) => FONDS.find((one) => one.number === v).title,
      ),
      category: count(
        (r) => r.category,
        (v) => v,
      ),
      year: count(
        (r) => `${String(r.year).slice(0, 3)}0s`,
        (v) => v,
      ),
      retention: count(
        (r) => r.retention,
        (v) => v,
      ),
      open_status: count(
        (r) => r.open_status,
        (v) => v,
      ),
    },
  };
}

const summary = (accession) => ({
  ...accession,
  uploads: undefined,
  progress: undefined,
  checks: undefined,
  error: undefined,
  records: undefined,
});
const CHECKS = [
  ["A-2.6", "档号规范性检测", "authenticity"],
  ["A-2.7", "元数据重复性检测", "authenticity"],
  ["A-3.1", "元数据与内容关联检测", "authenticity"],
  ["A-4.1", "信息包说明与目录一致性检测", "authenticity"],
  ["I-1.1", "总件数相符性检测", "integrity"],
  ["I-1.2", "总字节数相符性检测", "integrity"],
  ["I-2.2", "必填著录项目检测", "integrity"],
  ["U-1.1", "文件可读性检测", "usability"],
  ["U-1.2", "格式合规性检测", "usability"],
  ["S-1.1", "恶意代码与越界路径检测", "security"],
];

function newAccession(body, state = "receiving") {
  serial += 1;
  const id = `10000000-0000-4000-8000-${String(serial).padStart(12, "0")}`;
  const accession = {
    id,
    name: body.name,
    fonds: body.fonds || null,
    kind: body.kind,
    state,
    items: 0,
    files: body.files,
    bytes: body.bytes,
    received_at: new Date(Date.UTC(2026, 2, 2, 9, serial)).toISOString(),
    finished_at: null,
    received_by: "admin",
    blockers: 0,
    warnings: 0,
    progress: {
      stage: "waiting",
      files_done: 0,
      files_total: body.files,
      bytes_done: 0,
      bytes_total: body.bytes,
    },
    checks: [],
    error: null,
    records: [],
    uploads: new Map(),
  };
  accessions.set(id, accession);
  return accession;
}

/** A record made of what was uploaded, so that the whole way can be walked on the stand-in too. */
function recordOf(accession) {
  const uploads = [...accession.uploads].filter(([path]) => path.startsWith("data/"));
  if (uploads.length === 0) return null;
  const record = `20000000-0000-4000-8000-${String(serial).padStart(12, "0")}`;
  const files = uploads.map(([path, bytes], index) => ({
    ...RECORDS[3].files[0],
    n: index + 1,
    name: path.slice(path.lastIndexOf("/") + 1),
    size: bytes.length,
    url: `/api/v1/records/${record}/files/${index + 1}`,
  }));
  const code = `E2E-WS·2026·Y-${String(serial).padStart(4, "0")}`;
  const title = `上传的记录 ${serial}`;
  const made = {
    ...RECORDS[3],
    record,
    code,
    title,
    files,
    open_status: "unreviewed",
    accession: accession.id,
  };
  return { ...made, permanent_address: `/records/${record}`, bytes: uploads.map(([, bytes]) => bytes) };
}

function finish(accession, state) {
  const bad = state === "returned";
  Object.assign(accession, {
    state,
    finished_at: "2026-03-02T09:31:00Z",
    items: 3,
    blockers: bad ? 3 : 0,
    warnings: 2,
    progress: {
      ...accession.progress,
      stage: "done",
      files_done: accession.files,
      bytes_done: accession.bytes,
    },
  });
  accession.checks = CHECKS.map(([check, title, family], index) => ({
    check,
    title,
    std: "DA/T 70",
    family,
    outcome:
      bad && (index === 0 || index === 4)
        ? "fail"
        : index === 8
          ? "warn"
          : index === 9
            ? "pass"
            : index === 6
              ? "manual"
              : "pass",
    tested: accession.files,
    failed: bad && index === 0 ? 2 : bad && index === 4 ? 1 : 0,
  }));
  const made = recordOf(accession);
  if (made) RECORDS.push(made);
  const records = made ? [made] : RECORDS.filter((record) => record.open_status === "unreviewed").slice(0, 3);
  accession.records = bad
    ? []
    : records.map(({ code, title, open_status }) => ({ code, title, open_status }));
}
finish(
  newAccession({ name: "水利局1958年度移交", fonds: "Q012", kind: "folder", files: 42, bytes: 31_457_280 }),
  "accepted",
);
finish(
  newAccession({ name: "民政局婚姻登记册第二批", fonds: "Q020", kind: "bagit", files: 12, bytes: 8_912_896 }),
  "returned",
);
const broken = newAccession({
  name: "一中学籍卡扫描件",
  fonds: "Q031",
  kind: "folder",
  files: 900,
  bytes: 2_147_483_648,
});
Object.assign(broken, {
  state: "failed",
  error: { code: "vault.disk_full", detail: "the disk of the vault is full" },
});

const FINDINGS = [
  {
    check: "A-2.6",
    severity: "blocker",
    outcome: "fail",
    record: "Q020-ZY·HY·1953-Y-0114",
    file: "catalogue.csv",
    element: "archival_code",
    expected: "Q020-ZY·HY·1953·Y-0114",
    found: "Q020-ZY·HY·1953-Y-0114",
    mend: "把年度与保管期限之间的“-”改为“·”",
    code: "intake.code_invalid",
  },
  {
    check: "A-2.6",
    severity: "blocker",
    outcome: "fail",
    record: null,
    file: "catalogue.csv",
    element: "archival_code",
    expected: "每件一个档号",
    found: "第 17 行档号为空",
    mend: "补写第 17 行的档号",
    code: "intake.code_missing",
  },
  {
    check: "I-1.1",
    severity: "major",
    outcome: "fail",
    record: "Q020-ZY·HY·1953·Y-0115",
    file: "data/0115/003.tif",
    element: null,
    expected: "12 个文件",
    found: "11 个文件",
    mend: "补交缺少的文件，或改正目录中的文件数",
    code: "intake.file_missing",
  },
  {
    check: "U-1.2",
    severity: "warn",
    outcome: "warn",
    record: null,
    file: "data/说明.wps",
    element: "format",
    expected: "OFD、PDF/A、TIFF、JPEG、WAV、TXT",
    found: "WPS 文字",
    mend: "转换为 OFD 或 PDF/A 后一并移交",
    code: null,
  },
];

function advance(accession) {
  const stages = ["reading", "checking", "checking", "storing", "indexing"];
  const step = (accession.step = (accession.step ?? 0) + 1);
  if (step > stages.length) return finish(accession, accession.name.includes("坏") ? "returned" : "accepted");
  accession.progress = {
    ...accession.progress,
    stage: stages[step - 1],
    files_done: Math.round((accession.files * step) / 6),
    bytes_done: Math.round((accession.bytes * step) / 6),
  };
}

async function handleAccessions(req, res, rest, url) {
  if (rest.length === 0 && req.method === "GET")
    return json(res, 200, list([...accessions.values()].reverse().map(summary)));
  if (rest.length === 0) return json(res, 201, newAccession(JSON.parse(await read(req))));
  const accession = accessions.get(rest[0]);
  if (!accession) return problem(res, 404, "intake.not_found", "no such accession");
  if (rest.length === 1 && req.method === "DELETE") return (accessions.delete(accession.id), json(res, 204));
  if (rest.length === 1) return json(res, 200, accession);
  if (rest[1] === "files") {
    accession.uploads.set(url.searchParams.get("path"), await read(req));
    return json(res, 204);
  }
  if (rest[1] === "submit") return ((accession.state = "checking"), json(res, 202, accession));
  if (rest[1] === "findings") {
    const severity = url.searchParams.get("severity");
    return json(
      res,
      200,
      list(
        FINDINGS.filter(
          (one) =>
            (!severity || one.severity === severity) && (accession.blockers > 0 || one.severity === "warn"),
        ),
      ),
    );
  }
  res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const timer = setInterval(() => {
    if (accession.state === "checking") advance(accession);
    res.write(
      `event: progress\ndata: ${JSON.stringify({ ...accession.progress, state: accession.state })}\n\n`,
    );
    if (accession.state === "checking") return;
    res.end("event: done\ndata: {}\n\n");
    clearInterval(timer);
  }, 700);
  req.on("close", () => clearInterval(timer));
}

async function handleRecord(req, res, rest) {
  const records = visible(req);
  const record = records.find((one) => one.code === rest[0] || one.record === rest[0]);
  if (!record) return problem(res, 404, "access.not_found", "no such record");
  if (rest[1] === "text") return json(res, 200, { text: record.text ?? "" });
  if (rest[1] === "events")
    return json(
      res,
      200,
      list([
        {
          at: "2026-03-02T09:20:00Z",
          event: "ingestion",
          outcome: "success",
          actor: "admin",
          journal_index: 12,
          detail: null,
        },
        {
          at: "2026-03-02T09:21:00Z",
          event: "fixity check",
          outcome: "success",
          actor: "lantai 0.1.0",
          journal_index: null,
          detail: "3 files",
        },
      ]),
    );
  if (rest[1] === "opening") {
    const { status, ground } = JSON.parse(await read(req));
    if (status === "controlled" && record.open_status === "open")
      return problem(res, 409, "cataloguing.transition_refused", "an open record cannot become controlled");
    Object.assign(record, { open_status: status, open_ground: ground });
  }
  if (rest[1] === "files") {
    const file = record.files[Number(rest[2]) - 1];
    if (!file) return problem(res, 404, "access.not_found", "no such file");
    const bytes = record.bytes?.[file.n - 1];
    if (bytes) return (res.writeHead(200, { "content-type": "text/plain; charset=utf-8" }), res.end(bytes));
    if (file.media === "sound") return (res.writeHead(200, { "content-type": "audio/wav" }), res.end(tone()));
    if (file.media === "image")
      return (res.writeHead(200, { "content-type": "image/svg+xml" }), res.end(drawing(record, file.n)));
    return (
      res.writeHead(200, { "content-type": "text/plain; charset=utf-8" }),
      res.end(record.text ?? file.name)
    );
  }
  const same = records
    .filter((one) => one.fonds.number === record.fonds.number)
    .map((one) => one.code)
    .sort();
  const at = same.indexOf(record.code);
  const staff = isStaff(req);
  json(res, 200, {
    ...record,
    text: undefined,
    bytes: undefined,
    location: staff ? record.location : null,
    accession: staff ? record.accession : null,
    received_at: staff ? record.received_at : null,
    previous: same[at - 1] ?? null,
    next: same[at + 1] ?? null,
  });
}

function handleFonds(req, res, rest, url) {
  const seen = visible(req);
  const items = FONDS.map((one) => ({
    ...one,
    records: seen.filter((record) => record.fonds.number === one.number).length,
  }));
  if (rest.length === 0) return json(res, 200, list(items));
  const one = items.find((item) => item.number === rest[0]);
  if (!one) return problem(res, 404, "access.not_found", "no such fonds");
  if (rest.length === 1) return json(res, 200, one);
  const category = url.searchParams.get("category");
  const records = seen.filter(
    (record) => record.fonds.number === one.number && (!category || record.category === category),
  );
  const start = Number(url.searchParams.get("cursor") || 0);
  json(
    res,
    200,
    list(records.slice(start, start + 50), start + 50 < records.length ? String(start + 50) : null),
  );
}

async function handleApi(req, res, url) {
  const [area, ...rest] = url.pathname.replace("/api/v1/", "").split("/").map(decodeURIComponent);
  if (req.method !== "GET" && req.headers["x-lantai-csrf"] !== "1")
    return problem(res, 403, "http.csrf", "header missing");
  if (area === "session" && req.method === "POST") {
    const { password } = JSON.parse(await read(req));
    if (password !== "lantai")
      return problem(res, 401, "identity.wrong_credentials", "name or password is wrong");
    return json(res, 200, session(req, true), {
      "set-cookie": `lantai_session=${SESSION}; HttpOnly; SameSite=Strict; Path=/`,
    });
  }
  if (area === "session" && req.method === "DELETE")
    return json(res, 204, undefined, { "set-cookie": "lantai_session=; Max-Age=0; Path=/" });
  if (area === "session") return json(res, 200, session(req));
  if (area === "search") return json(res, 200, search(req, url));
  if (area === "fonds") return handleFonds(req, res, rest, url);
  if (area === "records") return handleRecord(req, res, rest);
  if (!isStaff(req)) return problem(res, 401, "identity.sign_in_needed", "sign in");
  if (area === "accessions") return handleAccessions(req, res, rest, url);
  if (area === "overview") {
    const all = [...accessions.values()];
    return json(res, 200, {
      records: RECORDS.length,
      files: 121,
      bytes: 84_213_322,
      open: RECORDS.filter(isOpen).length,
      unreviewed: RECORDS.filter((one) => one.open_status === "unreviewed").length,
      accessions: all.length,
      accessions_returned: 1,
      jobs_waiting: 0,
      journal: {
        size: 1873,
        root: "hV2n3l0cUj8bYQnQm9o2tq2w0cI0dX6sV0bqk1yXo6k=",
        checked_at: "2026-03-02T03:00:00Z",
      },
      recent_accessions: all.reverse().slice(0, 5).map(summary),
    });
  }
  problem(res, 404, "http.not_found", "no such address");
}

const CSP =
  "default-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
function handlePage(res, pathname) {
  const workbench = pathname.startsWith("/workbench");
  const root = join(WEB, "apps", workbench ? "workbench" : "portal", "dist");
  const path = join(
    root,
    normalize(workbench ? pathname.slice("/workbench".length) : decodeURIComponent(pathname)),
  );
  const file =
    path.startsWith(root) && existsSync(path) && statSync(path).isFile() ? path : join(root, "index.html");
  // The workbench's components put style elements into the page while it runs.
  const csp = workbench ? `${CSP}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:` : CSP;
  res.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-security-policy": csp,
  });
  createReadStream(file).pipe(res);
}

createServer((req, res) => {
  const url = new URL(req.url, "http://mock");
  const handled = url.pathname.startsWith("/api/")
    ? handleApi(req, res, url)
    : Promise.resolve(handlePage(res, url.pathname));
  handled?.catch?.((error) => problem(res, 500, "mock.failed", String(error)));
}).listen(PORT, "127.0.0.1", () => console.log(`mock server on http://127.0.0.1:${PORT}`));
