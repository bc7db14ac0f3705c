import type { PackageFile } from "@lantai/client";

/** What was chosen or dropped: its files with their places, and the folder's name when it was one. */
export interface ChosenPackage {
  folder: string | null;
  files: PackageFile[];
}

/** From a file input; a folder input names each file by its way from the folder, the folder included. */
export function fromInput(list: FileList | readonly File[]): ChosenPackage {
  const files = Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, file }));
  return withoutRoot(files);
}

/** From a drop: entries are read in depth, and a single dropped folder is the package itself. */
export async function fromDrop(items: DataTransferItemList): Promise<ChosenPackage> {
  // The list is empty once this handler has returned, so all entries are taken first.
  const entries = Array.from(items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files = (await Promise.all(entries.map((entry) => readEntry(entry, "")))).flat();
  const only = entries.length === 1 ? entries[0] : undefined;
  return only?.isDirectory ? withoutRoot(files) : { folder: null, files };
}

/** A file that the browser cannot read: moved away meanwhile, or not permitted. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`cannot read ${path}`, { cause });
    this.path = path;
  }
}

async function readEntry(entry: FileSystemEntry, base: string): Promise<PackageFile[]> {
  const path = base + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, (cause) => reject(new Unreadable(path, cause))),
    );
    return [{ path, file }];
  }
  const children = await readDirectory(entry as FileSystemDirectoryEntry, path);
  return (await Promise.all(children.map((child) => readEntry(child, `${path}/`)))).flat();
}

/** Browsers hand out a folder a hundred entries at a time, until a handful is empty. */
async function readDirectory(directory: FileSystemDirectoryEntry, path: string): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, (cause) => reject(new Unreadable(path, cause))),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function withoutRoot(files: PackageFile[]): ChosenPackage {
  const root = files[0]?.path.split("/")[0];
  if (root === undefined || !files.every(({ path }) => path.startsWith(`${root}/`)))
    return { folder: null, files };
  return {
    folder: root,
    files: files.map(({ path, file }) => ({ path: path.slice(root.length + 1), file })),
  };
}

const SYSTEM_FILES: ReadonlySet<string> = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);

/** Made by an operating system beside the files; no part of any package. */
export function isSystemFile({ path }: PackageFile): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return SYSTEM_FILES.has(name) || name.startsWith("._") || path.startsWith("__MACOSX/");
}
