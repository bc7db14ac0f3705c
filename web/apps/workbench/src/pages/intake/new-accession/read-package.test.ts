import { expect, test } from "vitest";
import { fromDrop, fromInput, isSystemFile, Unreadable } from "./read-package";

function file(path: string): File {
  const made = new File(["x"], path.slice(path.lastIndexOf("/") + 1));
  Object.defineProperty(made, "webkitRelativePath", { value: path.includes("/") ? path : "" });
  return made;
}

interface Fake {
  [name: string]: Fake | string;
}

/** A folder as a browser hands it out when it is dropped: a hundred entries at a time. */
function entry(name: string, content: Fake | string): FileSystemEntry {
  if (typeof content === "string") {
    const read = (resolve: (file: File) => void, reject: (error: Error) => void) =>
      content === "unreadable" ? reject(new Error("gone")) : resolve(new File([content], name));
    return { isFile: true, isDirectory: false, name, file: read } as unknown as FileSystemEntry;
  }
  const children = Object.entries(content).map(([child, inner]) => entry(child, inner));
  const createReader = () => ({
    readEntries: (resolve: (entries: FileSystemEntry[]) => void) => resolve(children.splice(0, 100)),
  });
  return { isFile: false, isDirectory: true, name, createReader } as unknown as FileSystemEntry;
}

const dropped = (...entries: FileSystemEntry[]) =>
  entries.map((one) => ({ webkitGetAsEntry: () => one })) as unknown as DataTransferItemList;
const paths = ({ files }: { files: { path: string }[] }) => files.map(({ path }) => path);

test("a chosen folder is the package; its own name is not part of the paths", () => {
  const found = fromInput([file("包/bagit.txt"), file("包/data/甲/一.txt")]);
  expect(found.folder).toBe("包");
  expect(paths(found)).toEqual(["bagit.txt", "data/甲/一.txt"]);
});

test("chosen files keep their names", () => {
  const found = fromInput([file("一.txt"), file("二.txt")]);
  expect(found.folder).toBeNull();
  expect(paths(found)).toEqual(["一.txt", "二.txt"]);
});

test("a dropped folder is read to its depth, however many entries it has", async () => {
  const many = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`${n}.txt`, "x"]));
  const found = await fromDrop(dropped(entry("包", { "bagit.txt": "x", data: { 深: many } })));
  expect(found.folder).toBe("包");
  expect(found.files).toHaveLength(251);
  expect(paths(found)).toContain("data/深/249.txt");
});

test("several dropped things stay side by side", async () => {
  const found = await fromDrop(dropped(entry("甲", { "1.txt": "x" }), entry("2.txt", "x")));
  expect(found.folder).toBeNull();
  expect(paths(found)).toEqual(["甲/1.txt", "2.txt"]);
});

test("a file that cannot be read is named", async () => {
  const error: unknown = await fromDrop(dropped(entry("包", { data: { "坏.txt": "unreadable" } }))).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Unreadable);
  expect((error as Unreadable).path).toBe("包/data/坏.txt");
});

test.each([
  [".DS_Store", true],
  ["data/Thumbs.db", true],
  ["data/._一.txt", true],
  ["__MACOSX/x", true],
  ["data/一.txt", false],
  [".gitignore", false],
])("is %s a file of the system: %s", (path, expected) => {
  expect(isSystemFile({ path, file: file(path) })).toBe(expected);
});
