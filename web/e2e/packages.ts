import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";

/** A folder with a catalogue, as an office hands it over. */
export interface Office {
  fonds: string;
  year: number;
  count: number;
  /** Which record has an archival code that is none. */
  wrongCode?: number;
  /** Which record's file is left out. */
  missing?: number;
  /** A file that the catalogue does not name. */
  extra?: string;
}

/** The files of a package by name. */
export function officeFiles(office: Office): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const rows = ["档号,题名,责任者,日期,保管期限,门类,电子文件"];
  for (let number = 1; number <= office.count; number += 1) {
    const serial = number === office.wrongCode ? "00O2" : String(number).padStart(4, "0");
    const title = `关于${number}号渠段清淤整修工程的通知`;
    const code = `${office.fonds}-WS·${office.year}·Y-${serial}`;
    rows.push([code, title, "石门县水利局", `${office.year}0312`, "永久", "文书", `${number}.txt`].join(","));
    if (number !== office.missing) files.set(`${number}.txt`, Buffer.from(`${title}\n各乡镇人民政府：\n`));
  }
  if (office.extra) files.set(office.extra, Buffer.from("left behind"));
  files.set("catalogue.csv", Buffer.from(`\ufeff${rows.join("\r\n")}\r\n`));
  return files;
}

/**
 * A folder of scans whose catalogue names no files: a scan is attached by the archival code in its name, and the loose
 * ones attach to nothing.
 */
export function scannedFiles(office: Office, loose: readonly string[]): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const rows = ["档号,题名,保管期限,门类"];
  for (let number = 1; number <= office.count; number += 1) {
    const code = `${office.fonds}-WS·${office.year}·Y-${String(number).padStart(4, "0")}`;
    rows.push(`${code},关于${number}号渠段验收的通知,永久,文书`);
    files.set(`扫描/${code}.txt`, Buffer.from(`第${number}号渠段验收合格。\n`));
  }
  for (const name of loose) files.set(`扫描/${name}`, Buffer.from(`${name}的内容\n`));
  files.set("catalogue.csv", Buffer.from(`\ufeff${rows.join("\r\n")}\r\n`));
  return files;
}

/** A new folder on disk with these files; gives its path. */
export function folderOf(name: string, files: ReadonlyMap<string, Buffer>): string {
  const folder = join(mkdtempSync(join(tmpdir(), "lantai-office-")), name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [path, content] of files) {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, content);
  }
  return folder;
}

/** A ZIP on disk with these files in one folder, stored as they are; gives its path. */
export function zipOf(name: string, files: ReadonlyMap<string, Buffer>): string {
  const entries: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of files) {
    const called = Buffer.from(`${name}/${path}`);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800, 2); // names are UTF-8
    common.writeUInt16LE(0x5a21, 8); // 1 January 2025
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(called.length, 22);
    const entry = Buffer.concat([Buffer.from("PK\x03\x04"), common, called, content]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), common, place, called]));
    entries.push(entry);
    offset += entry.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.size, 4);
  end.writeUInt16LE(files.size, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(offset, 12);
  const path = join(mkdtempSync(join(tmpdir(), "lantai-office-")), `${name}.zip`);
  writeFileSync(path, Buffer.concat([...entries, list, Buffer.from("PK\x05\x06"), end]));
  return path;
}
