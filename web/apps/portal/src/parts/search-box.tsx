import { usePortalTexts } from "@lantai/i18n/portal";
import { useId, useState, type FormEvent } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";

interface SearchBoxProps {
  compact?: boolean;
  /** Kept with each new search, such as the fonds that is being read. */
  fonds?: string;
}

interface SearchFormProps {
  asked: string;
  compact: boolean;
  fonds: string | undefined;
}

export function SearchBox({ compact = false, fonds }: SearchBoxProps) {
  const { pathname } = useLocation();
  const [params] = useSearchParams();
  const asked = pathname === "/search" ? (params.get("q") ?? "") : "";
  // A new question in the address (a link, the back button) replaces what stands in the box.
  return <SearchForm key={asked} asked={asked} compact={compact} fonds={fonds} />;
}

function SearchForm({ asked, compact, fonds }: SearchFormProps) {
  const { t } = usePortalTexts();
  const navigate = useNavigate();
  const [text, setText] = useState(asked);
  const id = useId();
  // Two boxes may stand on one page; their names tell them apart.
  const name = fonds ? t("fonds.search_in") : compact ? t("search.label") : t("search.here");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const next = new URLSearchParams();
    if (text.trim()) next.set("q", text.trim());
    if (fonds) next.set("fonds", fonds);
    void navigate(`/search?${next.toString()}`);
  };
  return (
    <form
      role="search"
      aria-label={name}
      className={compact ? "search-box compact" : "search-box"}
      onSubmit={submit}
    >
      <label htmlFor={id} className="lt-offscreen">
        {name}
      </label>
      <input
        id={id}
        type="search"
        name="q"
        value={text}
        maxLength={200}
        autoComplete="off"
        enterKeyHint="search"
        placeholder={compact ? t("search.label") : t("search.placeholder")}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit">{t("search.submit")}</button>
    </form>
  );
}
