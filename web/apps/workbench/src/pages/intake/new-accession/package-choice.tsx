import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { Alert, Button } from "antd";
import { useRef, useState, type ChangeEvent, type DragEvent } from "react";
import { fromDrop, fromInput, Unreadable, type ChosenPackage } from "./read-package";

interface PackageChoiceProps {
  chosen: ChosenPackage | null;
  disabled: boolean;
  onChoose: (chosen: ChosenPackage | null) => void;
}

type Reading = { state: "idle" | "reading" | "empty" } | { state: "unreadable"; path: string };

export function PackageChoice({ chosen, disabled, onChoose }: PackageChoiceProps) {
  const { t, bytes } = useWorkbenchTexts();
  const [reading, setReading] = useState<Reading>({ state: "idle" });
  const [over, setOver] = useState(false);

  const take = (found: ChosenPackage) => {
    setReading({ state: found.files.length === 0 ? "empty" : "idle" });
    onChoose(found.files.length === 0 ? null : found);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (disabled) return;
    setReading({ state: "reading" });
    fromDrop(event.dataTransfer.items).then(take, (error: unknown) =>
      setReading({ state: "unreadable", path: error instanceof Unreadable ? error.path : String(error) }),
    );
  };
  const onInput = (event: ChangeEvent<HTMLInputElement>) => {
    if (event.target.files) take(fromInput(event.target.files));
    event.target.value = "";
  };

  if (chosen) {
    const size = chosen.files.reduce((sum, { file }) => sum + file.size, 0);
    return (
      <div className="chosen-package">
        <p role="status">
          {chosen.folder && <strong>{t("new.chosen_folder", { name: chosen.folder })} </strong>}
          {t("new.chosen", { files: chosen.files.length, bytes: bytes(size) })}
        </p>
        <Button disabled={disabled} onClick={() => onChoose(null)}>
          {t("new.clear")}
        </Button>
      </div>
    );
  }
  return (
    <>
      <div
        className={over ? "drop over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <p className="drop-title">{t("new.drop")}</p>
        <p className="quiet">{t("new.or")}</p>
        <p className="drop-buttons">
          <FileButton
            label={t("new.choose_folder")}
            name={t("new.choose_folder_input")}
            folder
            onChange={onInput}
          />
          <FileButton label={t("new.choose_files")} name={t("new.choose_files_input")} onChange={onInput} />
        </p>
        <p className="quiet">{t("new.drop_hint")}</p>
      </div>
      <p role="status" className={reading.state === "reading" ? "quiet" : "lt-offscreen"}>
        {reading.state === "reading" && t("new.reading")}
      </p>
      {reading.state === "empty" && <Alert role="alert" type="warning" showIcon title={t("new.empty")} />}
      {reading.state === "unreadable" && (
        <Alert role="alert" type="error" showIcon title={t("new.unreadable", { path: reading.path })} />
      )}
    </>
  );
}

interface FileButtonProps {
  label: string;
  name: string;
  folder?: boolean;
  onChange: (event: ChangeEvent<HTMLInputElement>) => void;
}

/** A button in our look that opens the browser's own choice of files. */
function FileButton({ label, name, folder = false, onChange }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button type={folder ? "primary" : "default"} onClick={() => input.current?.click()}>
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={name}
        data-testid={folder ? "folder-input" : "files-input"}
        onChange={onChange}
        {...(folder && { webkitdirectory: "" })}
      />
    </>
  );
}
