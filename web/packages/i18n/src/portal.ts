import { common as commonEn } from "./en/common";
import { portal as portalEn } from "./en/portal";
import { useTexts, type Catalogues, type Texts } from "./texts";
import { common } from "./zh-CN/common";
import { portal } from "./zh-CN/portal";

export type PortalKey = keyof typeof common | keyof typeof portal;

export const portalTexts: Catalogues = {
  "zh-CN": { ...common, ...portal },
  en: { ...commonEn, ...portalEn },
};

export const usePortalTexts = (): Texts<PortalKey> => useTexts<PortalKey>();
