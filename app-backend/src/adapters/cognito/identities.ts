import {
  AdminDeleteUserCommand,
  type CognitoIdentityProviderClient,
  ListUsersCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import type { Identities } from "../../ports/identities.ts";
import { inTime } from "./client.ts";
import { isRefusal, rethrowCognitoError } from "./cognito-error.ts";
import { readCredential } from "./credential.ts";

/** The users of a pool. */
export function cognitoIdentities(client: CognitoIdentityProviderClient, UserPoolId: string): Identities {
  return {
    async *pages() {
      let PaginationToken: string | undefined;
      do {
        const command = new ListUsersCommand({ UserPoolId, PaginationToken });
        const answer = await client.send(command, inTime()).catch(rethrowCognitoError);
        yield (answer.Users ?? []).map(({ Attributes = [], UserCreateDate }) => {
          const attribute = (name: string) => Attributes.find(({ Name }) => Name === name)?.Value ?? "";
          return { id: attribute("sub"), email: attribute("email"), createdAt: UserCreateDate! };
        });
        PaginationToken = answer.PaginationToken;
      } while (PaginationToken !== undefined);
    },

    isOf: (credential, id) => readCredential(credential)?.sub === id,

    async remove(Username) {
      await client
        .send(new AdminDeleteUserCommand({ UserPoolId, Username }), inTime())
        .catch((error: unknown) => {
          if (!isRefusal(error, "UserNotFoundException")) rethrowCognitoError(error);
        });
    },
  };
}
