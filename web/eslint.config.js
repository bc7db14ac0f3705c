import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "**/dist",
      "**/node_modules",
      "packages/client/src/schema.ts",
      "test-results",
      "playwright-report",
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strict,
  jsxA11y.flatConfigs.recommended,
  reactHooks.configs.flat.recommended,
  {
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      // Every call to the server goes through packages/client, which adds what the server asks for.
      "no-restricted-globals": ["error", { name: "fetch", message: "Use the client of @lantai/client." }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  {
    files: ["e2e/**", "**/*.test.{ts,tsx}", "**/testing/**"],
    rules: { "no-restricted-globals": "off" },
  },
  {
    files: ["e2e/**/*.mjs"],
    languageOptions: {
      globals: {
        console: "readonly",
        setInterval: "readonly",
        clearInterval: "readonly",
        process: "readonly",
        Buffer: "readonly",
        URL: "readonly",
        setTimeout: "readonly",
      },
    },
    rules: { "no-console": "off" },
  },
);
