import { common as commonEn } from "./en/common";
import { workbench as workbenchEn } from "./en/workbench";
import { useTexts, type Catalogues, type Texts } from "./texts";
import { common } from "./zh-CN/common";
import { workbench } from "./zh-CN/workbench";

export type WorkbenchKey = keyof typeof common | keyof typeof workbench;

export const workbenchTexts: Catalogues = {
  "zh-CN": { ...common, ...workbench },
  en: { ...commonEn, ...workbenchEn },
};

export const useWorkbenchTexts = (): Texts<WorkbenchKey> => useTexts<WorkbenchKey>();
