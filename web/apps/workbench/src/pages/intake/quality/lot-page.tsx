import {
  accessionQuery,
  concludeQualityLot,
  qualityLotQuery,
  qualityReportQuery,
  qualityRulesQuery,
  takeQualitySeat,
  withdrawQualityLot,
  type Schemas,
} from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, Modal, Popconfirm } from "antd";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { accessionAddress, inspectionAddress, lotAddress, recordAddress } from "../../../parts/addresses";
import { Facts } from "../../../parts/facts";
import { FailureNotice, reasonOf } from "../../../parts/notices";
import { QualityTag, useDefectName } from "../../../parts/quality-tags";
import { Waiting } from "../../../parts/waiting";
import { LimitsTable } from "./limits-table";

type Lot = Schemas["QualityLotBody"];

const isOver = (lot: Lot) => lot.state === "passed" || lot.state === "returned" || lot.state === "withdrawn";

export default function LotPage() {
  const { t } = useWorkbenchTexts();
  const { id = "" } = useParams();
  const { data: lot, error, isPending, refetch } = useQuery(qualityLotQuery(id));
  return (
    <article className="report" aria-busy={isPending}>
      <title>{`${lot?.name ?? t("quality.title")} · ${t("desk.name")}`}</title>
      <nav className="trail no-print">
        <Link to="/quality">{t("quality.title")}</Link>
      </nav>
      <div className="page-head">
        <h1>{lot?.name ?? t("quality.title")}</h1>
        {lot && isOver(lot) && (
          <div className="buttons no-print">
            {lot.state === "returned" && (
              <Link to={`/quality/new?accession=${lot.accession}&again=${lot.id}`}>
                {t("quality_lot.again")}
              </Link>
            )}
            <Button onClick={() => window.print()}>{t("quality_lot.print")}</Button>
          </div>
        )}
      </div>
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {lot && (
        <>
          <Head lot={lot} />
          <Progress lot={lot} />
          {lot.state !== "withdrawn" && (
            <section className="panel" aria-labelledby="limits">
              <h2 id="limits">{t(lot.conclusion ? "quality_lot.concluded" : "quality_new.limits")}</h2>
              {lot.conclusion && <ConcludedBy conclusion={lot.conclusion} />}
              <LimitsTable
                limits={lot.plan.limits}
                {...(lot.conclusion && { tally: lot.conclusion.tally })}
              />
            </section>
          )}
          {isOver(lot) && <Defects id={lot.id} />}
        </>
      )}
    </article>
  );
}

function ConcludedBy({ conclusion }: { conclusion: Schemas["QualityConclusionBody"] }) {
  const { t, number, moment } = useWorkbenchTexts();
  return (
    <p>
      {t("quality_lot.concluded_by", {
        name: conclusion.by,
        at: moment(conclusion.at),
        fine: number(conclusion.fine),
        disputed: number(conclusion.disputed),
      })}
    </p>
  );
}

function Head({ lot }: { lot: Lot }) {
  const { t, number, moment, language } = useWorkbenchTexts();
  const { data: rules } = useQuery(qualityRulesQuery());
  const plan = rules?.plans.find((one) => one.id === lot.plan.plan);
  const name = plan && (language === "en" ? plan.english : plan.label);
  return (
    <section className="panel" aria-label={lot.name}>
      <p className="report-verdict">
        <QualityTag state={lot.state} />
        <span>
          {t("quality.sample_of", {
            sample: number(lot.plan.sample_size),
            lot: number(lot.plan.lot_size),
          })}
        </span>
      </p>
      {lot.withdrawn_reason !== null && <p>{t("quality_lot.withdrawn", { reason: lot.withdrawn_reason })}</p>}
      <Facts
        facts={[
          [t("quality_lot.plan"), name ?? lot.plan.plan],
          [t("quality_lot.unit"), t(`quality_unit.${lot.plan.unit}`)],
          [t("quality_new.letter"), lot.plan.letter],
          [t("quality_new.inspection"), lot.plan.letter && t(`quality_inspection.${lot.plan.inspection}`)],
          [t("quality_lot.accession"), <AccessionLink key="accession" id={lot.accession} />],
          [t("quality_new.prefix"), lot.code_prefix],
          [t("quality_lot.again_of"), lot.again === null ? null : <LotLink key="again" id={lot.again} />],
          [t("quality_new.series_used"), lot.series],
          [t("quality_lot.received_by"), lot.received_by],
          [t("quality_lot.assigned"), lot.assigned.join(" · ")],
          [t("quality_lot.created_by"), `${lot.created_by} · ${moment(lot.created_at)}`],
          [t("quality.deadline"), lot.overdue ? `${lot.deadline} · ${t("quality.overdue")}` : lot.deadline],
          [t("quality_lot.rules"), lot.rules],
          [t("quality_lot.seed"), <span className="code">{lot.seed}</span>, true],
        ]}
      />
    </section>
  );
}

function AccessionLink({ id }: { id: string }) {
  const { data } = useQuery(accessionQuery(id));
  return <Link to={accessionAddress(id)}>{data?.name ?? id.slice(0, 8)}</Link>;
}

function LotLink({ id }: { id: string }) {
  const { data } = useQuery(qualityLotQuery(id));
  return <Link to={lotAddress(id)}>{data?.name ?? id.slice(0, 8)}</Link>;
}

function Progress({ lot }: { lot: Lot }) {
  const { t, number } = useWorkbenchTexts();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const keep = (after: Lot) => {
    queries.setQueryData(qualityLotQuery(lot.id).queryKey, after);
    void queries.invalidateQueries({ queryKey: ["quality"] });
  };
  const sit = useMutation({
    mutationFn: () => takeQualitySeat(lot.id),
    onSuccess: (after) => {
      keep(after);
      void navigate(inspectionAddress(lot.id));
    },
  });
  const conclude = useMutation({ mutationFn: () => concludeQualityLot(lot.id), onSuccess: keep });
  const failure = sit.error ?? conclude.error;
  const mine = lot.seats.find((seat) => seat.seat === lot.my_seat);
  const free =
    lot.my_seat === null && (lot.state === "drawn" || (lot.state === "inspecting" && lot.seats.length < 2));
  const decides =
    lot.my_seat === null && lot.state === "arbitrating" && lot.disputed !== 0 && lot.seats.length < 3;
  const arbiter = lot.seats.find((seat) => seat.seat === "arbiter");
  const ready =
    lot.state === "arbitrating" && (lot.disputed === 0 || (arbiter?.marked ?? 0) === lot.disputed);
  if (lot.state === "withdrawn") return null;
  return (
    <section className="panel" aria-labelledby="seats">
      <h2 id="seats">{t("quality_lot.seats")}</h2>
      {lot.seats.length === 0 ? (
        <p>{t("quality_lot.no_seats")}</p>
      ) : (
        <dl className="facts">
          {lot.seats.map((seat) => (
            <div key={seat.seat}>
              <dt>{t(`quality_seat.${seat.seat}`)}</dt>
              <dd>
                {seat.person}{" "}
                <span className="quiet">
                  {seat.seat === "arbiter"
                    ? t("quality_lot.decided", {
                        marked: number(seat.marked),
                        total: number(lot.disputed ?? 0),
                      })
                    : t("quality_lot.marked", {
                        marked: number(seat.marked),
                        total: number(lot.plan.sample_size),
                      })}
                  {seat.submitted_at !== null && ` · ${t("quality_lot.handed_in")}`}
                </span>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {(lot.state === "drawn" || lot.state === "inspecting") && (
        <p className="quiet no-print">{t("quality_lot.secret")}</p>
      )}
      {lot.state === "inspecting" && mine?.submitted_at && <p>{t("quality_lot.waiting")}</p>}
      {lot.state === "arbitrating" && lot.disputed === 0 && <p>{t("quality_lot.agreed")}</p>}
      {lot.state === "arbitrating" && lot.disputed !== null && lot.disputed > 0 && (
        <p>{t("quality_lot.disputed", { count: lot.disputed })}</p>
      )}
      {failure && (
        <Alert type="error" showIcon title={t("quality_lot.failed")} description={reasonOf(failure, t)} />
      )}
      {!isOver(lot) && <p className="quiet no-print">{t("quality_lot.open_note")}</p>}
      {!isOver(lot) && (
        <div className="buttons no-print">
          {(free || decides) && (
            <Button type="primary" loading={sit.isPending} onClick={() => sit.mutate()}>
              {t(decides ? "quality_lot.take_arbiter" : "quality_lot.take")}
            </Button>
          )}
          {lot.state === "inspecting" && mine && mine.submitted_at === null && (
            <Link className="primary-link" to={inspectionAddress(lot.id)}>
              {t("quality_lot.go_on")}
            </Link>
          )}
          {lot.state === "arbitrating" && lot.my_seat === "arbiter" && !ready && (
            <Link className="primary-link" to={inspectionAddress(lot.id)}>
              {t("quality_lot.decide")}
            </Link>
          )}
          {ready && (
            <Popconfirm
              title={t("quality_lot.conclude")}
              description={t("quality_lot.conclude_note")}
              okText={t("quality_lot.conclude_ok")}
              cancelText={t("accession.cancel")}
              onConfirm={() => conclude.mutate()}
            >
              <Button type="primary" loading={conclude.isPending}>
                {t("quality_lot.conclude")}
              </Button>
            </Popconfirm>
          )}
          <Withdraw lot={lot} done={keep} />
        </div>
      )}
    </section>
  );
}

function Withdraw({ lot, done }: { lot: Lot; done: (after: Lot) => void }) {
  const { t } = useWorkbenchTexts();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const withdraw = useMutation({
    mutationFn: () => withdrawQualityLot(lot.id, reason),
    onSuccess: (after) => {
      setAsking(false);
      done(after);
    },
  });
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t("quality_lot.withdraw")}</Button>
      <Modal
        open={asking}
        title={t("quality_lot.withdraw")}
        okText={t("quality_lot.withdraw")}
        cancelText={t("accession.cancel")}
        okButtonProps={{ danger: true, disabled: reason.trim() === "", loading: withdraw.isPending }}
        onOk={() => withdraw.mutate()}
        onCancel={() => setAsking(false)}
      >
        <label htmlFor="withdraw-reason">{t("quality_lot.withdraw_reason")}</label>
        <Input.TextArea
          id="withdraw-reason"
          value={reason}
          rows={3}
          onChange={(event) => setReason(event.target.value)}
        />
        {withdraw.error && (
          <Alert type="error" title={t("quality_lot.failed")} description={reasonOf(withdraw.error, t)} />
        )}
      </Modal>
    </>
  );
}

function Defects({ id }: { id: string }) {
  const { t } = useWorkbenchTexts();
  const { data, error, isPending, refetch } = useQuery(qualityReportQuery(id));
  const { data: rules } = useQuery(qualityRulesQuery());
  const nameOf = useDefectName(rules);
  return (
    <section className="panel" aria-labelledby="defects">
      <h2 id="defects">{t("quality_lot.defects")}</h2>
      {isPending && <Waiting rows={3} />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && data.defective.length === 0 && <p>{t("quality_lot.no_defects")}</p>}
      {data && data.defective.length > 0 && (
        <ol className="findings">
          {data.defective.map((item) => (
            <li key={item.number}>
              <p className="finding-head">
                <span>{t("quality_lot.piece", { number: item.number })}</span>
                <Link className="code" to={recordAddress(item.code)}>
                  {item.code}
                </Link>
                <span className="quiet">{item.name}</span>
              </p>
              <dl className="facts">
                {item.marks.map((mark) => (
                  <div key={mark.seat}>
                    <dt>{t(`quality_seat.${mark.seat}`)}</dt>
                    <dd>
                      {mark.defects.map((defect) => nameOf(defect.class)).join(" · ") ||
                        t("quality_lot.fine")}
                      {mark.note !== null && <span className="under">{mark.note}</span>}
                    </dd>
                  </div>
                ))}
              </dl>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
