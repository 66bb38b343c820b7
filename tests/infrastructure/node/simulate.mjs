// Decides requests by one identity policy. Argument: {"policy": …, "requests": [{action, resource, context}, …]}.
// Prints one line of JSON: for each request "Allowed", "ImplicitlyDenied" or "ExplicitlyDenied".
import { runSimulation } from "@cloud-copilot/iam-simulate";

const ACCOUNT = "123456789012";
const { policy, requests } = JSON.parse(process.argv[2]);

async function decide({ action, resource, context }) {
  const response = await runSimulation(
    {
      identityPolicies: [{ name: "owner", policy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      request: {
        action,
        principal: `arn:aws:sts::${ACCOUNT}:assumed-role/owner/CognitoIdentityCredentials`,
        resource: { accountId: ACCOUNT, resource },
        contextVariables: context,
      },
    },
    {},
  );
  if (response.resultType === "error") throw new Error(JSON.stringify(response.errors));
  return response.overallResult;
}

console.log(JSON.stringify(await Promise.all(requests.map(decide))));
