import { common as commonEn } from "./en/common";
import { quality as qualityEn } from "./en/quality";
import { workbench as workbenchEn } from "./en/workbench";
import { useTexts, type Catalogues, type Texts } from "./texts";
import { common } from "./zh-CN/common";
import { quality } from "./zh-CN/quality";
import { workbench } from "./zh-CN/workbench";

export type WorkbenchKey = keyof typeof common | keyof typeof workbench | keyof typeof quality;

export const workbenchTexts: Catalogues = {
  "zh-CN": { ...common, ...workbench, ...quality },
  en: { ...commonEn, ...workbenchEn, ...qualityEn },
};

export const useWorkbenchTexts = (): Texts<WorkbenchKey> => useTexts<WorkbenchKey>();
