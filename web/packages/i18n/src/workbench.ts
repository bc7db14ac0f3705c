import { access as accessEn } from "./en/access";
import { audit as auditEn } from "./en/audit";
import { account as accountEn } from "./en/account";
import { common as commonEn } from "./en/common";
import { intake as intakeEn } from "./en/intake";
import { people as peopleEn } from "./en/people";
import { problems as problemsEn } from "./en/problems";
import { quality as qualityEn } from "./en/quality";
import { workbench as workbenchEn } from "./en/workbench";
import { useTexts, type Catalogues, type Texts } from "./texts";
import { access } from "./zh-CN/access";
import { audit } from "./zh-CN/audit";
import { account } from "./zh-CN/account";
import { common } from "./zh-CN/common";
import { intake } from "./zh-CN/intake";
import { people } from "./zh-CN/people";
import { problems } from "./zh-CN/problems";
import { quality } from "./zh-CN/quality";
import { workbench } from "./zh-CN/workbench";

export type WorkbenchKey =
  | keyof typeof common
  | keyof typeof workbench
  | keyof typeof access
  | keyof typeof audit
  | keyof typeof people
  | keyof typeof account
  | keyof typeof quality
  | keyof typeof intake
  | keyof typeof problems;

export const workbenchTexts: Catalogues = {
  "zh-CN": {
    ...common,
    ...workbench,
    ...access,
    ...account,
    ...audit,
    ...people,
    ...quality,
    ...intake,
    ...problems,
  },
  en: {
    ...commonEn,
    ...workbenchEn,
    ...accessEn,
    ...accountEn,
    ...auditEn,
    ...peopleEn,
    ...qualityEn,
    ...intakeEn,
    ...problemsEn,
  },
};

export const useWorkbenchTexts = (): Texts<WorkbenchKey> => useTexts<WorkbenchKey>();
