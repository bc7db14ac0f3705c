import { sessionQuery, signOut, type Schemas } from "@lantai/client";
import { useWorkbenchTexts, type WorkbenchKey } from "@lantai/i18n/workbench";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { LanguageSwitch } from "../../../parts/language-switch";
import { EnrolStep } from "./enrol-step";
import { FactorStep } from "./factor-step";
import { PasswordStep } from "./password-step";
import { NewPasswordStep } from "./new-password-step";

type Session = Schemas["SessionBody"];

/** Leads from name and password to the desk, by what the archive asks for between the two. */
export default function SignInPage({ session }: { session: Session }) {
  const { t } = useWorkbenchTexts();
  const queries = useQueryClient();
  const onward = (next: Session) => queries.setQueryData(sessionQuery().queryKey, next);
  const again = useMutation({ mutationFn: signOut, onSettled: () => queries.resetQueries() });
  const title = t(titleOf(session));
  return (
    <main className="sign-in">
      <title>{title}</title>
      <div className="sign-in-card">
        <div className="sign-in-head">
          <span className="desk-seal large" aria-hidden="true">
            {t("brand.seal")}
          </span>
          <div>
            <p className="sign-in-institution">{session.institution}</p>
            <h1>{title}</h1>
          </div>
        </div>
        <Step session={session} onward={onward} />
        <p className="sign-in-foot">
          {session.signing_in_as === null ? (
            <a href="/">{t("sign_in.reader")}</a>
          ) : (
            <Button type="link" className="sign-in-other" onClick={() => again.mutate()}>
              {t("sign_in.other")}
            </Button>
          )}
          <LanguageSwitch />
        </p>
      </div>
    </main>
  );
}

export interface StepProps {
  session: Session;
  onward: (next: Session) => void;
}

function Step(props: StepProps) {
  if (props.session.second_factor_needed) return <FactorStep {...props} />;
  if (props.session.password_must_change) return <NewPasswordStep {...props} />;
  if (props.session.enrolment_needed) return <EnrolStep {...props} />;
  return <PasswordStep {...props} />;
}

function titleOf(session: Session): WorkbenchKey {
  if (session.second_factor_needed) return "sign_in.factor_title";
  if (session.password_must_change) return "sign_in.new_title";
  if (session.enrolment_needed) return "sign_in.enrol_title";
  return "sign_in.title";
}
