import type { Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { Facts } from "./facts";

/** What a post or a token allows, in words. */
export function ScopeFacts({ scope }: { scope: Schemas["ScopeBody"] }) {
  const { t, label } = useWorkbenchTexts();
  const isOfBusiness =
    scope.fonds !== null || scope.actions.includes("view_entry") || scope.clearance !== "public";
  return (
    <Facts
      facts={[
        [t("people.role"), label("role", scope.role)],
        [t("people.fonds"), isOfBusiness && (scope.fonds?.join("、") ?? t("people.every_fonds"))],
        [
          t("people.categories"),
          isOfBusiness && (scope.categories?.join("、") ?? t("people.every_category")),
        ],
        [t("people.clearance"), isOfBusiness && label("classification", scope.clearance)],
        [
          t("people.allows"),
          scope.actions.length === 0
            ? t("people.allows_nothing")
            : scope.actions.map((action) => label("action", action)).join("、"),
          true,
        ],
      ]}
    />
  );
}
