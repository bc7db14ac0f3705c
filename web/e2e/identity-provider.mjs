// A real OpenID Connect provider for tests: node identity-provider.mjs REDIRECT_URI [PORT]
// Prints {"issuer": …} when it listens. Whoever comes is signed in at once as the account that `/as?account=…` named.
import { createServer } from "node:http";
import Provider from "oidc-provider";

// whoever started it reads one line, and then perhaps nothing more
console.info = console.error;

const [redirect, port = "0"] = process.argv.slice(2);
const subjectOf = (name) => `subject-${Buffer.from(name).toString("hex")}`;
const nameOf = (subject) => Buffer.from(subject.slice("subject-".length), "hex").toString();
let current = "王芳";
let provider;

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (url.pathname === "/as") {
    current = url.searchParams.get("account");
    response.end();
  } else if (url.pathname.startsWith("/interaction/")) {
    provider
      .interactionFinished(request, response, { login: { accountId: subjectOf(current) } })
      .catch((error) => {
        response.statusCode = 500;
        response.end(String(error));
      });
  } else {
    provider.callback()(request, response);
  }
});

server.listen(Number(port), "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  provider = new Provider(issuer, {
    clients: [
      {
        client_id: "lantai",
        client_secret: "a secret of the tests only, long enough",
        redirect_uris: [redirect],
      },
    ],
    claims: { openid: ["sub"], profile: ["preferred_username"], email: ["email", "email_verified"] },
    cookies: { keys: ["keys of the tests only"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    // whoever signs in agrees to what is asked
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client.clientId,
        accountId: oidc.session.accountId,
      });
      grant.addOIDCScope("openid profile email");
      await grant.save();
      return grant;
    },
    findAccount: (_, subject) => ({
      accountId: subject,
      claims: () => ({
        sub: subject,
        preferred_username: nameOf(subject),
        email: `${nameOf(subject)}@example.cn`,
        email_verified: nameOf(subject) !== "李敏",
      }),
    }),
  });
  process.stdout.write(`${JSON.stringify({ issuer })}\n`);
});
// ends with whoever started it
process.stdin.on("end", () => process.exit(0)).resume();
