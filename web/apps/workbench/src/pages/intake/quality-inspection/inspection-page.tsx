import { qualityLotQuery, qualityRulesQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Input, Popconfirm } from "antd";
import { useRef, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { lotAddress } from "../../../parts/addresses";
import { FailureNotice, reasonOf } from "../../../parts/notices";
import { useDefectName } from "../../../parts/quality-tags";
import { Waiting } from "../../../parts/waiting";
import { PageView } from "./page-view";
import { useInspection, type Item } from "./use-inspection";
import { useKeys } from "../../../parts/use-keys";

type Lot = Schemas["QualityLotBody"];
type Rules = Schemas["QualityRulesBody"];

/** Files of one page: there is no need to say on which it is. */
const ONE_PAGE = /\.(jpe?g|png|bmp|gif|webp)$/i;

function canMark(lot: Lot): boolean {
  if (lot.state === "arbitrating") return lot.my_seat === "arbiter";
  const mine = lot.seats.find((seat) => seat.seat === lot.my_seat);
  return lot.state === "inspecting" && mine !== undefined && mine.submitted_at === null;
}

export default function InspectionPage() {
  const { t } = useWorkbenchTexts();
  const { id = "" } = useParams();
  const lot = useQuery(qualityLotQuery(id));
  const rules = useQuery(qualityRulesQuery());
  const error = lot.error ?? rules.error;
  const title = t(lot.data?.my_seat === "arbiter" ? "inspect.arbitrate" : "inspect.title");
  return (
    <div className="inspect" aria-busy={lot.isPending || rules.isPending}>
      <title>{`${title} · ${lot.data?.name ?? t("quality.title")}`}</title>
      <nav className="trail">
        <Link to="/quality">{t("quality.title")}</Link>
        {lot.data && <Link to={lotAddress(lot.data.id)}>{lot.data.name}</Link>}
      </nav>
      <h1 className="lt-offscreen">{title}</h1>
      {(lot.isPending || rules.isPending) && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void lot.refetch()} />}
      {lot.data &&
        rules.data &&
        (canMark(lot.data) ? (
          <Inspection lot={lot.data} rules={rules.data} />
        ) : (
          <div className="panel empty">
            <p role="status">{t(whyNothing(lot.data))}</p>
            <p>
              <Link to={lotAddress(lot.data.id)}>{t("inspect.to_lot")}</Link>
            </p>
          </div>
        ))}
    </div>
  );
}

/** Why there is nothing to mark for whoever asks. */
function whyNothing(lot: Lot) {
  if (lot.my_seat === null) return "inspect.no_seat";
  const isWaited = lot.state === "inspecting" || lot.state === "arbitrating";
  return isWaited && lot.my_seat !== "arbiter" ? "inspect.handed_in" : "inspect.over";
}

function Inspection({ lot, rules }: { lot: Lot; rules: Rules }) {
  const { t, number } = useWorkbenchTexts();
  const work = useInspection(lot);
  const [zoomed, setZoomed] = useState(false);
  const note = useRef<HTMLDivElement>(null);
  const toggles = rules.defects
    .filter((defect) => defect.key !== null)
    .map((defect) => [String(defect.key), () => work.toggle(defect.code)] as const);
  useKeys({
    ...Object.fromEntries(toggles),
    Enter: () => work.confirm(),
    Backspace: work.back,
    ArrowLeft: work.back,
    ArrowRight: work.forth,
    z: () => setZoomed((before) => !before),
    n: () => note.current?.querySelector("textarea")?.focus(),
  });
  const { item } = work;
  if (work.loading.error)
    return <FailureNotice error={work.loading.error} retry={() => void work.loading.refetch()} />;
  if (!item) return <Waiting />;
  const total = work.items.length;
  return (
    <>
      <div className="inspect-head">
        <p role="status">
          {t("inspect.progress", { at: number(work.at + 1), total: number(total), done: number(work.done) })}
        </p>
        <progress max={total} value={work.done} aria-label={t("inspect.progress_label")} />
      </div>
      <div className="inspect-room">
        <PageView key={item.number} item={item} next={work.items[work.at + 1]} zoomed={zoomed} />
        <aside className="inspect-side">
          {item.hints.length > 0 && <Hints hints={item.hints} />}
          {work.arbitrating && <Opinions item={item} rules={rules} adopt={work.confirm} />}
          <Defects rules={rules} chosen={work.draft.classes} toggle={work.toggle} />
          {!ONE_PAGE.test(item.name ?? "") && (
            <div className="stacked">
              <label htmlFor="page">{t("inspect.page")}</label>
              <Input
                id="page"
                inputMode="numeric"
                className="short"
                value={work.draft.page}
                onChange={(event) => work.edit({ page: event.target.value })}
              />
            </div>
          )}
          <div ref={note}>
            <label htmlFor="note">{t("inspect.note")}</label>
            <Input.TextArea
              id="note"
              rows={2}
              value={work.draft.note}
              onChange={(event) => work.edit({ note: event.target.value })}
            />
          </div>
          {work.failure && (
            <Alert
              type="error"
              showIcon
              title={t("quality_lot.failed")}
              description={reasonOf(work.failure, t)}
            />
          )}
          <div className="buttons">
            <Button type="primary" size="large" onClick={() => work.confirm()}>
              {t(work.draft.classes.length === 0 ? "inspect.fine" : "inspect.mark")}
            </Button>
            <Button disabled={work.at === 0} onClick={work.back}>
              {t("inspect.back")}
            </Button>
            <Button aria-pressed={zoomed} onClick={() => setZoomed(!zoomed)}>
              {t("inspect.zoom")}
            </Button>
          </div>
          <Saved item={item} lot={lot} rules={rules} undo={work.undo} />
          <HandIn
            left={total - work.done}
            lot={lot}
            arbitrating={work.arbitrating}
            submit={work.submit}
            submitting={work.submitting}
          />
          <p className="quiet inspect-keys">{t("inspect.keys")}</p>
        </aside>
      </div>
    </>
  );
}

function Hints({ hints }: { hints: readonly string[] }) {
  const { t, label } = useWorkbenchTexts();
  return (
    <p className="inspect-hint">
      <strong>{t("inspect.hint")}</strong> {hints.map((hint) => label("quality_hint", hint)).join(" · ")}
    </p>
  );
}

interface DefectsProps {
  rules: Rules;
  chosen: readonly string[];
  toggle: (code: string) => void;
}

function Defects({ rules, chosen, toggle }: DefectsProps) {
  const { t } = useWorkbenchTexts();
  const nameOf = useDefectName(rules);
  return (
    <fieldset className="defects">
      <legend>{t("inspect.defects")}</legend>
      {rules.defects.map((defect) => (
        <button
          key={defect.code}
          type="button"
          className={`defect ${defect.severity}`}
          aria-pressed={chosen.includes(defect.code)}
          onClick={() => toggle(defect.code)}
        >
          {defect.key !== null && <kbd aria-hidden="true">{defect.key}</kbd>}
          <span>{nameOf(defect.code)}</span>
          <span className="defect-severity">{t(`quality_severity.${defect.severity}`)}</span>
        </button>
      ))}
    </fieldset>
  );
}

interface OpinionsProps {
  item: Item;
  rules: Rules;
  adopt: (classes: string[]) => void;
}

/** What the two said, side by side, for the third person. */
function Opinions({ item, rules, adopt }: OpinionsProps) {
  const { t } = useWorkbenchTexts();
  const nameOf = useDefectName(rules);
  const two = item.marks.filter((mark) => mark.seat !== "arbiter");
  return (
    <section className="opinions" aria-label={t("inspect.opinions")}>
      {two.map((mark) => (
        <div key={mark.seat}>
          <h2>{t(`quality_seat.${mark.seat}`)}</h2>
          <p className="quiet">{mark.by}</p>
          {mark.defects.length === 0 ? (
            <p>{t("inspect.marked_fine")}</p>
          ) : (
            <ul>
              {mark.defects.map((defect) => (
                <li key={defect.class}>{nameOf(defect.class)}</li>
              ))}
            </ul>
          )}
          {mark.note !== null && <p className="quiet">{mark.note}</p>}
          <Button size="small" onClick={() => adopt(mark.defects.map((defect) => defect.class))}>
            {t("inspect.adopt")}
          </Button>
        </div>
      ))}
    </section>
  );
}

interface SavedProps {
  item: Item;
  lot: Lot;
  rules: Rules;
  undo: () => void;
}

function Saved({ item, lot, rules, undo }: SavedProps) {
  const { t } = useWorkbenchTexts();
  const nameOf = useDefectName(rules);
  const mine = item.marks.find((mark) => mark.seat === lot.my_seat);
  if (!mine) return null;
  const what = mine.defects.map((defect) => nameOf(defect.class)).join(" · ") || t("inspect.marked_fine");
  return (
    <p>
      {t("inspect.saved", { what })}{" "}
      <button type="button" className="text-button" onClick={undo}>
        {t("inspect.undo")}
      </button>
    </p>
  );
}

interface HandInProps {
  left: number;
  lot: Lot;
  arbitrating: boolean;
  submit: () => void;
  submitting: boolean;
}

function HandIn({ left, lot, arbitrating, submit, submitting }: HandInProps) {
  const { t } = useWorkbenchTexts();
  const navigate = useNavigate();
  if (left > 0) return <p className="quiet">{t("inspect.left", { count: left })}</p>;
  return (
    <div role="status" className="hand-in">
      <p>{t("inspect.all_done")}</p>
      {arbitrating ? (
        <Button type="primary" onClick={() => void navigate(lotAddress(lot.id))}>
          {t("inspect.to_lot")}
        </Button>
      ) : (
        <Popconfirm
          title={t("inspect.submit")}
          description={t("inspect.submit_note")}
          okText={t("inspect.submit")}
          cancelText={t("accession.cancel")}
          onConfirm={submit}
        >
          <Button type="primary" loading={submitting}>
            {t("inspect.submit")}
          </Button>
        </Popconfirm>
      )}
    </div>
  );
}
