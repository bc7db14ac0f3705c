// Invented records for looking at the pages without a server. Nothing of this is shipped.
import { createHash } from "node:crypto";

const uuid = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
export const INSTITUTION = "青溪县档案馆";

export const FONDS = [
  [
    "Q001",
    "青溪县人民政府办公室",
    ["WS", "ZP", "LY"],
    1950,
    2019,
    "青溪县人民政府1950年1月成立，下设秘书室，1958年改称县人民委员会办公室，1981年恢复今名。负责县政府文电、会议、督查与档案。本全宗包括县政府历年发文、会议纪要、领导批示与重要活动照片，1967年至1969年间有缺失。",
  ],
  [
    "Q012",
    "青溪县水利局",
    ["WS", "KJ", "ZP"],
    1953,
    2016,
    "水利局的前身是1953年设立的农田水利股。主持修建了石门水库、东干渠与城关防洪堤。工程档案自立项、勘测、施工至验收大体齐全。",
  ],
  ["Q020", "青溪县民政局", ["WS", "ZY"], 1950, 2010, "收有1950年以来的婚姻登记、优抚与救灾档案。"],
  [
    "Q031",
    "青溪县第一中学",
    ["WS", "ZY", "ZP"],
    1936,
    2008,
    "学校创办于1936年，初名私立青溪中学，1952年改为公立。",
  ],
  [
    "R003",
    "林望舒文献",
    ["WS", "SW"],
    1921,
    1988,
    "作家林望舒（1904—1988）生前手稿、书信与藏书批注，1990年由家属捐赠。",
  ],
].map(([number, title, category_codes, year_from, year_to, history]) => ({
  number,
  title,
  category_codes,
  year_from,
  year_to,
  history,
}));

const text1 = `青溪县人民委员会
关于动员全县人民兴修石门水库的指示

各人民公社、县直各单位：
    石门水库是我县今冬明春的头等工程。水库建成以后，可灌溉农田四万二千亩，
城关以下十一个大队不再受山洪之害。现将有关事项指示如下：
    一、各公社应于十月二十日以前，按所分配的人数组织民工上堤，
自带被褥、工具与半月口粮。
    二、工地设指挥部，由水利科负责技术，粮食局负责口粮供应。
    三、施工期间务必注意安全。放炮须有专人看守，民工宿棚不得设在河滩。
    望各级干部亲自上阵，务期于明年汛前合龙。

                                        一九五八年九月二十八日`;
const text2 = `芸妹如晤：
    昨得来书，知家中平安，老母饮食如常，甚慰。此间连日阴雨，溪水涨至石阶第三级，
夜来听雨声如万马。《溪上集》已改至第七章，写到祖父撑船一节，几次搁笔。
    寄去稿费三十元，请先还了米店的账，余下的给孩子买两册书。𠮷叔的病，
仍宜请城里的郎中看看。
    灯下草草，不尽所怀。
                                                望舒 十一月初三夜`;

const RAW = [
  [
    "Q012-WS·1958·Y·BGS-0007",
    "青溪县人民委员会关于动员全县人民兴修石门水库的指示",
    "Q012",
    "WS",
    "1958-09-28",
    "一九五八年九月二十八日",
    "青溪县人民委员会",
    "青会字〔1958〕第88号",
    text1,
    ["image", "image", "image"],
  ],
  [
    "Q012-KJ·SMSK·Y-0003",
    "石门水库初步设计书及附图",
    "Q012",
    "KJ",
    "1957-11",
    null,
    "青溪县水利科",
    null,
    null,
    ["pdf"],
  ],
  [
    "Q012-ZP·1959·Y-0011",
    "石门水库大坝合龙，民工在坝顶欢呼",
    "Q012",
    "ZP",
    "1959-04-17",
    null,
    "陈立群 摄",
    null,
    null,
    ["image"],
  ],
  [
    "Q001-WS·1981·Y·BGS-0015",
    "青溪县人民政府批转水利局关于加强石门水库管理的报告的通知",
    "Q001",
    "WS",
    "1981-06-02",
    "1981年6月2日",
    "青溪县人民政府",
    "青政发〔1981〕31号",
    text1,
    ["text"],
  ],
  [
    "Q001-WS·1963·D30·BGS-0021",
    "县长办公会议纪要：关于夏季防汛与抗旱",
    "Q001",
    "WS",
    "1963-06-11",
    null,
    "县人民委员会办公室",
    "〔1963〕第6次",
    "会议由县长周允之主持。会议听取了水利科关于石门水库蓄水情况的汇报，决定：一、汛前检查全部涵闸；二、组织抢险队三百人。",
    ["text"],
  ],
  [
    "R003-WS·1948·Y-0032",
    "林望舒致妻沈芸家书（言溪上集改稿事）",
    "R003",
    "WS",
    "1948-12-03",
    "民国三十七年十一月初三",
    "林望舒",
    null,
    text2,
    ["image", "image"],
  ],
  [
    "Q001-LY·1986·Y-0002",
    "老民工忆修石门水库口述录音",
    "Q001",
    "LY",
    "1986~",
    null,
    "县志办公室",
    null,
    "问：您是哪一年上的堤？答：五八年秋天，稻子刚打完……",
    ["sound"],
  ],
  [
    "Q020-ZY·HY·1953·Y-0114",
    "一九五三年城关区婚姻登记册（第二册）",
    "Q020",
    "ZY",
    "1953/1954",
    null,
    "城关区人民政府",
    null,
    null,
    ["image", "image"],
  ],
  [
    "Q031-ZP·1936·Y-0001",
    "私立青溪中学首届学生与教员合影",
    "Q031",
    "ZP",
    "1936-09",
    "民国二十五年九月",
    null,
    null,
    null,
    ["image"],
  ],
  [
    "Q001-ZP·1984·Y-0008",
    "城关镇新大桥通车典礼",
    "Q001",
    "ZP",
    "1984-10-01",
    null,
    "县文化馆",
    null,
    null,
    ["image"],
  ],
  ["Q012-ZP·1972·D30-0005", "东干渠渡槽施工现场", "Q012", "ZP", "1972", null, null, null, null, ["tiff"]],
  [
    "Q020-WS·1998·D30·JJ-0040",
    "民政局关于九八年洪灾救济款物发放情况的报告",
    "Q020",
    "WS",
    "1998-09-20",
    null,
    "青溪县民政局",
    "青民〔1998〕57号",
    null,
    [],
  ],
];
for (let n = 1; n <= 60; n += 1) {
  const year = 1955 + n;
  RAW.push([
    `Q001-WS·${year}·D30·BGS-${String(n).padStart(4, "0")}`,
    `青溪县人民政府关于${["春耕生产", "冬修水利", "扫除文盲", "防汛抗旱", "干部下放", "征兵工作"][n % 6]}的通知`,
    "Q001",
    "WS",
    `${year}-0${1 + (n % 9)}-1${n % 9}`,
    null,
    "青溪县人民政府",
    `青政发〔${year}〕${n}号`,
    "各乡镇人民政府、县直各单位：现将有关事项通知如下。各级应加强领导，做好水库、堤防与渠道的检查。",
    ["text"],
  ]);
}

const MIME = {
  image: ["image/svg+xml", "png", "image"],
  tiff: ["image/tiff", "tif", "image"],
  pdf: ["application/pdf", "pdf", "document"],
  sound: ["audio/wav", "wav", "sound"],
  text: ["text/plain", "txt", "text"],
};
const FORMAT = {
  image: "Portable Network Graphics 1.2",
  tiff: "Tagged Image File Format 6.0",
  pdf: "PDF/A-1b",
  sound: "Waveform Audio",
  text: "Plain Text (UTF-8)",
};
const hex = (name, text) => createHash(name).update(text).digest("hex");

export const RECORDS = RAW.map(
  ([code, title, fonds, category, date, date_text, author, document_number, text, kinds], index) => {
    const files = kinds.map((kind, position) => {
      const [mime, extension, media] = MIME[kind];
      const name = `${title.slice(0, 12)}_${String(position + 1).padStart(3, "0")}.${extension}`;
      // The viewer shows pictures of these types only; the mock sends drawings under the name of PNG.
      return {
        n: position + 1,
        name,
        size: 48_213 * (position + 3) + index,
        mime: kind === "image" ? "image/png" : mime,
        puid: "fmt/12",
        format: FORMAT[kind],
        media,
        role: "content",
        sha512: hex("sha512", name),
        sm3: hex("sha256", name),
        url: `/api/v1/records/${uuid(index + 1)}/files/${position + 1}`,
        pages: null,
      };
    });
    const picture = files.find((file) => file.media === "image" && file.mime === "image/png");
    return {
      record: uuid(index + 1),
      code,
      former_codes: index === 0 ? ["1-2-37"] : [],
      title,
      document_number,
      author,
      date,
      date_text,
      date_forms:
        date.length === 10
          ? ["1958年9月28日", "农历戊戌年八月十六", "民国四十七年九月二十八日"].map((form) =>
              form.replace("1958", date.slice(0, 4)),
            )
          : [],
      fonds: { number: fonds, title: FONDS.find((one) => one.number === fonds).title },
      category,
      category_label: category,
      level: category === "ZY" ? "file" : "item",
      year: Number(date.slice(0, 4)),
      retention: code.includes("D30") ? "D30" : "Y",
      classification: "public",
      open_status: index === 11 ? "open_catalogue_only" : index % 17 === 4 ? "unreviewed" : "open",
      open_ground: index === 11 ? "涉及个人信息，仅开放目录" : "满二十五年，经审核开放",
      organisation_or_subject: code.includes("BGS") ? "办公室" : null,
      page_count: kinds.length || null,
      carrier: "纸质",
      keywords: index < 7 ? ["水库", "水利工程", "民工"] : [],
      people: index === 5 ? ["林望舒", "沈芸"] : [],
      places: index < 5 ? ["石门", "城关"] : [],
      document_type: document_number ? "通知" : null,
      language: "汉语",
      script: null,
      summary: index === 0 ? "动员全县各公社组织民工兴修石门水库，规定人数、口粮、安全等事项。" : null,
      location: "二库房 3列 12架 4层",
      source: "县水利局移交",
      other: {},
      files,
      has_text: text !== null,
      permanent_address: `/records/${uuid(index + 1)}`,
      accession: uuid(900),
      received_at: "2026-03-02T09:20:00Z",
      previous: null,
      next: null,
      thumbnail: picture ? picture.url : null,
      media: [...new Set(files.map((file) => file.media))],
      text,
    };
  },
);
