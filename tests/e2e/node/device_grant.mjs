// A machine that signs in by RFC 8628 with openid-client: prints the codes, then the claims of the ID token it got.
import * as client from "openid-client";

const { clientId, ...server } = JSON.parse(process.argv[2]);
const config = new client.Configuration(server, clientId, undefined, client.None());
client.allowInsecureRequests(config); // the local stack is on 127.0.0.1
client.enableNonRepudiationChecks(config); // verify the ID token's signature, although it came from the issuer directly

const begun = await client.initiateDeviceAuthorization(config, { scope: "openid email" });
console.log(JSON.stringify(begun));
const tokens = await client.pollDeviceAuthorizationGrant(config, begun);
console.log(JSON.stringify({ claims: tokens.claims(), refreshable: Boolean(tokens.refresh_token) }));
