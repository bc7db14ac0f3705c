import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { ConfigProvider, type ThemeConfig } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useSyncExternalStore, type ReactNode } from "react";
import { styleNonce } from "./style-nonce";

/** Ink, paper and one vermilion, denser than the framework's own look; every text colour reaches 4.5 : 1. */
const theme: ThemeConfig = {
  token: {
    colorPrimary: "#9d2f1b",
    colorLink: "#85291a",
    colorLinkHover: "#b53c25",
    colorLinkActive: "#6d1f12",
    colorText: "#1d1a16",
    colorTextSecondary: "#5a5145",
    colorTextTertiary: "#625949",
    colorTextDescription: "#5a5145",
    colorTextPlaceholder: "#6f6655",
    colorTextHeading: "#1d1a16",
    colorBorder: "#bdb29d",
    colorBorderSecondary: "#ddd5c6",
    colorBgLayout: "#f4f1ea",
    colorError: "#b3261e",
    colorSuccess: "#2f6b3a",
    colorWarning: "#8a5a00",
    colorInfo: "#34566f",
    colorSuccessBg: "#edf5ee",
    colorSuccessBorder: "#a9cbb0",
    colorErrorBg: "#fbeeec",
    colorErrorBorder: "#e2b3ab",
    colorWarningBg: "#fdf5e2",
    colorWarningBorder: "#e0c78a",
    colorInfoBg: "#ecf2f6",
    colorInfoBorder: "#a9c2d2",
    borderRadius: 3,
    fontSize: 14,
    controlHeight: 34,
    motionDurationMid: "0.12s",
    motionDurationSlow: "0.16s",
    fontFamily:
      '"PingFang SC", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", system-ui, sans-serif',
  },
  components: {
    Table: {
      cellPaddingBlock: 7,
      cellPaddingInline: 10,
      headerBg: "#efeadf",
      headerColor: "#4a4337",
      headerSplitColor: "transparent",
      rowHoverBg: "#faf7f0",
    },
    Button: { primaryShadow: "none", defaultShadow: "none" },
  },
};

const STILL = "(prefers-reduced-motion: reduce)";
const stillTheme: ThemeConfig = { ...theme, token: { ...theme.token, motion: false } };

/** Whether the reader asked their system for pages that do not move. */
function useStillness(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const query = window.matchMedia(STILL);
      query.addEventListener("change", changed);
      return () => query.removeEventListener("change", changed);
    },
    () => window.matchMedia(STILL).matches,
  );
}
export function Theme({ children }: { children: ReactNode }) {
  const { language } = useWorkbenchTexts();
  const still = useStillness();
  return (
    <ConfigProvider
      theme={still ? stillTheme : theme}
      locale={language === "en" ? enUS : zhCN}
      button={{ autoInsertSpace: false }}
      {...(styleNonce && { csp: { nonce: styleNonce } })}
    >
      {children}
    </ConfigProvider>
  );
}
