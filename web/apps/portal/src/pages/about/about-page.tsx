import { sessionQuery } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { useQuery } from "@tanstack/react-query";

export default function AboutPage() {
  const { t } = usePortalTexts();
  const { data: session } = useQuery(sessionQuery());
  return (
    <article className="page about">
      <title>{t("about.title")}</title>
      <h1>{t("about.title")}</h1>
      {session && <p className="lead">{session.institution}</p>}
      <section>
        <h2>{t("about.name_title")}</h2>
        <p>{t("about.name")}</p>
      </section>
      <section>
        <h2>{t("about.open_title")}</h2>
        <p>{t("about.open_1")}</p>
        <p>{t("about.open_2")}</p>
      </section>
      <section>
        <h2>{t("about.use_title")}</h2>
        <ul>
          <li>{t("about.use_1")}</li>
          <li>{t("about.use_2")}</li>
          <li>{t("about.use_3")}</li>
        </ul>
      </section>
      <section>
        <h2>{t("about.cite_title")}</h2>
        <p>{t("about.cite")}</p>
      </section>
      <section>
        <h2>{t("about.trust_title")}</h2>
        <p>{t("about.trust")}</p>
      </section>
    </article>
  );
}
