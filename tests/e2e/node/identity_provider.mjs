// An OpenID Connect provider where anybody signs in as any e-mail address; "unverified." before it makes it unverified.
import Provider from "oidc-provider";

const { port, clientId, clientSecret, redirectUri } = JSON.parse(process.argv[2]);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri],
    token_endpoint_auth_method: "client_secret_post" }],
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  conformIdTokenClaims: false, // Cognito reads the address from the ID token
  pkce: { required: () => false },
  async findAccount(_context, id) {
    const email = id.replace(/^unverified\./, "");
    return { accountId: id, claims: () => ({ sub: id, email, email_verified: email === id }) };
  },
});
provider.listen(port, "127.0.0.1", () => console.log("ready"));
