import { AppError } from "../../domain/app-error.ts";
import { isOutage } from "../../domain/outage.ts";

/**
 * What an error of a user pool means: an attempt of a person that is refused, a service that cannot answer now, or a fault
 * of ours. https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-managing-errors.html
 */
export type Meaning = "refused" | "not now" | "fault of ours";

export const meanings: Readonly<Record<string, Meaning>> = {
  AccessDeniedException: "fault of ours",
  AliasExistsException: "refused",
  CodeDeliveryFailureException: "not now",
  CodeMismatchException: "refused",
  ConcurrentModificationException: "not now",
  DeviceKeyExistsException: "fault of ours",
  DuplicateProviderException: "fault of ours",
  EnableSoftwareTokenMFAException: "fault of ours",
  ExpiredCodeException: "refused",
  FeatureUnavailableInTierException: "fault of ours",
  ForbiddenException: "fault of ours",
  GroupExistsException: "fault of ours",
  InternalErrorException: "not now",
  InternalServerException: "not now",
  InvalidEmailRoleAccessPolicyException: "fault of ours",
  InvalidLambdaResponseException: "fault of ours",
  InvalidOAuthFlowException: "fault of ours",
  InvalidParameterException: "fault of ours",
  InvalidPasswordException: "refused",
  InvalidSmsRoleAccessPolicyException: "fault of ours",
  InvalidSmsRoleTrustRelationshipException: "fault of ours",
  InvalidUserPoolConfigurationException: "fault of ours",
  LimitExceededException: "refused",
  ManagedLoginBrandingExistsException: "fault of ours",
  MFAMethodNotFoundException: "fault of ours",
  NotAuthorizedException: "refused",
  OperationNotEnabledException: "fault of ours",
  PasswordHistoryPolicyViolationException: "refused",
  PasswordResetRequiredException: "refused",
  PreconditionNotMetException: "fault of ours",
  RefreshTokenReuseException: "fault of ours",
  ResourceNotFoundException: "fault of ours",
  ScopeDoesNotExistException: "fault of ours",
  ServiceQuotaExceededException: "fault of ours",
  SoftwareTokenMFANotFoundException: "fault of ours",
  TermsExistsException: "fault of ours",
  TierChangeNotAllowedException: "fault of ours",
  TooManyFailedAttemptsException: "refused",
  TooManyRequestsException: "not now",
  UnauthorizedException: "fault of ours",
  UnexpectedLambdaException: "fault of ours",
  UnsupportedIdentityProviderException: "fault of ours",
  UnsupportedOperationException: "fault of ours",
  UnsupportedTokenTypeException: "fault of ours",
  UnsupportedUserStateException: "fault of ours",
  UserImportInProgressException: "fault of ours",
  UserLambdaValidationException: "fault of ours",
  UsernameExistsException: "refused",
  UserNotConfirmedException: "refused",
  UserNotFoundException: "refused",
  UserPoolAddOnNotEnabledException: "fault of ours",
  UserPoolTaggingException: "fault of ours",
  WebAuthnChallengeNotFoundException: "fault of ours",
  WebAuthnClientMismatchException: "fault of ours",
  WebAuthnConfigurationMissingException: "fault of ours",
  WebAuthnCredentialNotSupportedException: "fault of ours",
  WebAuthnNotEnabledException: "fault of ours",
  WebAuthnOriginNotAllowedException: "fault of ours",
  WebAuthnRelyingPartyMismatchException: "fault of ours",
};

/** Throws `unavailable` for an error that means "not now", and any other unchanged. */
export function rethrowCognitoError(error: unknown): never {
  if (isOutage(error) || meanings[nameOf(error)] === "not now")
    throw new AppError("unavailable", "user pool is away", { cause: error });
  throw error;
}

/** Whether the pool refused what a person has tried, and for one of these reasons if there are any. */
export function isRefusal(error: unknown, ...names: readonly string[]): boolean {
  const name = nameOf(error);
  return names.length > 0 ? names.includes(name) : meanings[name] === "refused";
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : "");
