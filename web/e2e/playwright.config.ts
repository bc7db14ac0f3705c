import { defineConfig } from "@playwright/test";

/** The test speaks to a server that runs already; what it needs to know comes from the environment. */
const NEEDED = [
  "LANTAI_URL",
  "LANTAI_ADMIN",
  "LANTAI_PASSWORD",
  "LANTAI_BAG",
  "LANTAI_INSPECTORS",
  "LANTAI_NEWCOMER",
  "LANTAI_FACTOR",
  "LANTAI_PASSKEY",
] as const;

const missing = NEEDED.filter((name) => !process.env[name]);
if (missing.length > 0) {
  throw new Error(
    `${missing.join(", ")} not set. LANTAI_URL is the address of a running server, LANTAI_ADMIN and LANTAI_PASSWORD ` +
      "its administrator, LANTAI_BAG the folder of a bag to upload, LANTAI_INSPECTORS three accounts with the " +
      "administrator's password, parted by commas. LANTAI_NEWCOMER must change that password first; LANTAI_FACTOR and " +
      "LANTAI_PASSKEY set up second factors.",
  );
}

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "../test-results",
  forbidOnly: true,
  retries: 0,
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  use: {
    baseURL: process.env["LANTAI_URL"],
    locale: "zh-CN",
    contextOptions: { reducedMotion: "reduce" },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
