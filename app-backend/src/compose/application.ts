import { createHash } from "node:crypto";
import type { StorageEngine } from "multer";
import type { RequestHandler } from "express";
import type { Logger } from "pino";
import { formSlots, noteSlots, type Slots, slots } from "../domain/slots.ts";
import { httpApp } from "../http/app.ts";
import type { Probes } from "../http/health.ts";
import type { Account } from "../domain/account.ts";
import type { FactorEventName } from "../domain/factor.ts";
import type { AccessTokens } from "../ports/access-tokens.ts";
import type { Accounts } from "../ports/accounts.ts";
import type { ChallengeTokens } from "../ports/challenge-tokens.ts";
import type { Challenges } from "../ports/challenges.ts";
import type { Factors } from "../ports/factors.ts";
import type { FactorSecrets } from "../ports/factor-secrets.ts";
import type { IdentityProvider } from "../ports/identity-provider.ts";
import type { ImageIntake } from "../ports/image-intake.ts";
import type { Images } from "../ports/images.ts";
import type { Limits } from "../ports/limits.ts";
import type { Mail } from "../ports/mail.ts";
import type { MediaIntake } from "../ports/media-intake.ts";
import type { MediaFiles } from "../ports/media.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { ObjectStore } from "../ports/object-store.ts";
import type { PasskeyCeremonies } from "../ports/passkey-ceremonies.ts";
import type { PasskeyChallenges } from "../ports/passkey-challenges.ts";
import type { Passkeys } from "../ports/passkeys.ts";
import type { Projects } from "../ports/projects.ts";
import type { ProviderFlows } from "../ports/provider-flows.ts";
import type { ProviderIdentities } from "../ports/provider-identities.ts";
import type { Sessions } from "../ports/sessions.ts";
import type { SignInProviders } from "../ports/sign-in-providers.ts";
import type { Tokens } from "../ports/tokens.ts";
import type { UploadTokens } from "../ports/upload-tokens.ts";
import { accountRemoval } from "../usecases/account-removal.ts";
import { type AccountUseCases, accountUseCases } from "../usecases/accounts.ts";
import type { BearerSessions } from "../usecases/identity/bearer-sessions.ts";
import type { TakeCompletionSlot } from "../usecases/completion-slots.ts";
import { codeUseCases } from "../usecases/identity/codes.ts";
import { factorProof } from "../usecases/identity/factor-proof.ts";
import { factorUseCases } from "../usecases/identity/factors.ts";
import { passkeyProof } from "../usecases/identity/passkey-proof.ts";
import { passkeyUseCases } from "../usecases/identity/passkeys.ts";
import { phoneUseCases } from "../usecases/identity/phones.ts";
import { type TextService, textCodeUseCases } from "../usecases/identity/text-codes.ts";
import { passwordProof } from "../usecases/identity/password-proof.ts";
import { passwordUseCases } from "../usecases/identity/passwords.ts";
import { providerUseCases } from "../usecases/identity/providers.ts";
import { type SessionUseCases, sessionUseCases } from "../usecases/identity/sessions.ts";
import { noticeOf } from "../usecases/identity/notices.ts";
import { stepUpUseCases } from "../usecases/identity/step-up.ts";
import { imageUseCases } from "../usecases/images.ts";
import { type MediaTimes, type MediaUseCases, mediaUseCases } from "../usecases/media.ts";
import { pictureUploads } from "../usecases/picture-uploads.ts";
import { abandonedUploads } from "../usecases/operations/abandoned-uploads.ts";
import { type ProjectUseCases, projectUseCases } from "../usecases/projects.ts";
import { rateLimiter } from "../usecases/rate-limiter.ts";
import { uploadUseCases } from "../usecases/uploads.ts";
import { auditTo } from "./audit.ts";
import { idOfText } from "./id-of-text.ts";
import { initialPicture } from "./initial-picture.ts";

/** What a stack provides: an adapter for each port, and what HTTP needs beside the use cases. */
export interface Parts {
  readonly stores: {
    readonly accounts: Accounts;
    readonly sessions: Sessions;
    readonly factors: Factors;
    readonly passkeys: Passkeys;
    readonly challenges: Challenges;
    readonly limits: Limits;
    readonly images: Images;
    readonly projects: Projects;
    readonly media: MediaFiles;
    readonly identities: ProviderIdentities;
  };
  readonly objectStore: ObjectStore;
  readonly imageIntake: ImageIntake;
  readonly mediaIntake: MediaIntake;
  readonly identity: IdentityProvider;
  readonly tokens: Tokens;
  readonly uploadTokens: UploadTokens;
  readonly challengeTokens: ChallengeTokens;
  readonly factorSecrets: FactorSecrets;
  /** Where notices to owners of accounts go. @default - nothing is mailed */
  readonly mail?: Mail | undefined;
  /** Undefined: a phone number can be no second factor. */
  readonly texts: TextService | undefined;
  readonly providers: SignInProviders;
  readonly providerFlows: ProviderFlows;
  readonly passkeyChallenges: PasskeyChallenges;
  /** Undefined: browsers have no passkeys on this site. */
  readonly passkeyCeremonies: PasskeyCeremonies | undefined;
  /** @default - access tokens of ours alone */
  readonly accessTokens?: AccessTokens;
  readonly bearerSessions?: BearerSessions;
  /** Undefined: pictures in forms are refused. */
  readonly pictureStorage: StorageEngine | undefined;
  /** Refuses requests before anything is done for them. */
  readonly admit?: RequestHandler | undefined;
  /** @default - completions of this process alone are kept apart */
  readonly takeCompletionSlot?: TakeCompletionSlot;
  /** Another way to the same use cases. @default - the API alone */
  readonly facade?: ((useCases: UseCases) => RequestHandler) | undefined;
  readonly probes: Probes;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Runs work that a response does not wait for; work that fails is tried again after each of the pauses. */
  readonly afterAnswer: (work: () => Promise<void>, pausesMs?: readonly number[]) => void;
  /** Has such work take the same time whatever it does. @default - the response does not wait for it */
  readonly evenly?: (work: () => Promise<void>) => Promise<void>;
}

/** No one asks for a notice again: while mail is down it is tried for an hour. */
const pausesOfNotice = [5_000, 60_000, 600_000, 3_000_000];

/** What a facade may call. */
export interface UseCases {
  readonly accounts: AccountUseCases;
  /** Sessions by other tokens than the page's. */
  readonly sessionsBy: (tokens: Tokens) => SessionUseCases;
  readonly media: MediaUseCases;
  readonly projects: ProjectUseCases;
}

/** Settings of a deployment that all stacks share. */
export interface Settings {
  readonly siteOrigins: readonly [string, ...string[]];
  readonly refreshCookie: string;
  readonly confirmationRequired: boolean;
  /** Whether codes are mailed. */
  readonly sendsMail: boolean;
  readonly release: string;
  readonly deadlineMs: number | undefined;
  readonly mediaTimes: MediaTimes;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** Composes what all stacks share: the use cases over the adapters, and the API over the use cases. */
export function application(parts: Parts, settings: Settings) {
  const { stores, objectStore, identity, uploadTokens, afterAnswer, log, metrics } = parts;
  const imageIntake = timed(parts.imageIntake, metrics);
  const { now, newId, mediaTimes: times } = settings;
  const auditLog = auditTo(log, metrics);
  const limiter = rateLimiter({ limits: stores.limits, auditLog, now });
  const common = { accounts: stores.accounts, identity, auditLog, rateLimiter: limiter, now, newId };
  const codes = codeUseCases({ ...common, factors: stores.factors, afterAnswer, evenly: parts.evenly });
  const ofFactors = {
    ...{ sessions: stores.sessions, factors: stores.factors, challenges: stores.challenges },
    passkeys: stores.passkeys,
    ...{ factorSecrets: parts.factorSecrets, challengeTokens: parts.challengeTokens },
  };
  const provePassword = passwordProof(common);
  const { passkeyCeremonies: ceremonies, passkeyChallenges } = parts;
  const ofPasskeys = passkeyProof({
    ...common,
    ...{ passkeys: stores.passkeys, ceremonies, passkeyChallenges, limits: stores.limits },
  });
  const { texts } = parts;
  const textCodes = textCodeUseCases({ ...common, ...ofFactors, texts });
  const { mail } = parts;
  const notify =
    mail &&
    ((account: Account, what: FactorEventName) =>
      afterAnswer(() => mail.send({ to: account.email, ...noticeOf(what) }), pausesOfNotice));
  const proof = factorProof({
    ...{ ...common, ...ofFactors, limits: stores.limits },
    ...{ passkeyProof: ofPasskeys, textCodes, notify },
  });
  const stepUp = stepUpUseCases({ ...common, ...ofFactors, provePassword, factorProof: proof });
  const factors = factorUseCases({ ...common, ...ofFactors, factorProof: proof, stepUp, notify });
  const phones = phoneUseCases({
    ...{ ...common, ...ofFactors, factorProof: proof, stepUp, textCodes, notify },
    afterAnswer,
  });
  const passwords = passwordUseCases({ ...common, ...ofFactors, codes, provePassword, stepUp, notify });
  const { confirmationRequired } = settings;
  const ofSessions = { ...common, ...ofFactors, factorProof: proof, confirmationRequired };
  const sessionsBy = (tokens: Tokens) => sessionUseCases({ ...ofSessions, tokens });
  const { tokens, accessTokens, bearerSessions } = parts;
  const sessions = sessionUseCases({ ...ofSessions, tokens, accessTokens, bearerSessions });
  const stored = { images: stores.images, projects: stores.projects, media: stores.media, objectStore };
  const abandoned = abandonedUploads({ ...stored, now });
  const { mediaIntake, takeCompletionSlot } = parts;
  const uploads = uploadUseCases({ ...common, ...stored, imageIntake, abandoned, takeCompletionSlot });
  const images = imageUseCases({ ...common, ...stored, uploads });
  const ofMedia = { mediaIntake, abandoned, takeCompletionSlot, times, idOf: idOfText };
  const media = mediaUseCases({ ...common, ...stored, ...ofMedia });
  const projectsOfAccounts = projectUseCases({ ...common, ...stored, digest, idOf: idOfText });
  const { identities } = stores;
  const removal = accountRemoval({ ...common, ...stored, ...ofFactors, identities });
  const onUnfinished = (error: unknown) =>
    log.error({ err: error }, "the removal of an account is to be resumed");
  const accounts = accountUseCases({
    ...common,
    objectStore,
    imageIntake,
    initialPicture,
    provePassword,
    stepUp,
    codes,
    removal,
    onUnfinished,
  });

  const ways = { issuers: parts.providers.list.map(({ issuer }) => issuer), rpId: ceremonies?.rpId };
  const providers = providerUseCases({
    ...{ ...common, ways },
    ...{ providers: parts.providers, flows: parts.providerFlows, identities, limits: stores.limits },
    passkeys: stores.passkeys,
    ...{ sessions: stores.sessions, registration: accounts, signIns: sessions, stepUp },
  });

  const passkeys = passkeyUseCases({
    ...{ ...common, ways },
    ...ofFactors,
    ...{ passkeyProof: ofPasskeys, signIns: sessions, stepUp, notify },
  });

  const openForms: Slots = slots(formSlots);
  metrics.slots("forms", openForms.taken);
  const openNotes = slots(noteSlots);
  metrics.slots("notes", openNotes.taken);
  metrics.slots("completions", uploads.inProgress);
  metrics.slots("media", media.inLine);
  const app = httpApp({
    accounts,
    sessions,
    stepUp,
    factors,
    passkeys,
    phones,
    passwords,
    providers,
    codes,
    images,
    projects: projectsOfAccounts,
    media,
    pictureUploads: pictureUploads({ ...common, objectStore, uploadTokens, limits: stores.limits }),
    openForms,
    openNotes,
    pictureStorage: parts.pictureStorage,
    admit: parts.admit,
    facade: parts.facade?.({ accounts, sessionsBy, media, projects: projectsOfAccounts }),
    probes: parts.probes,
    publicKeys: () => tokens.publicKeys(now()),
    siteOrigins: settings.siteOrigins,
    cookieName: settings.refreshCookie,
    sendsMail: settings.sendsMail,
    hasPasskeys: ceremonies !== undefined,
    sendsTexts: texts !== undefined,
    codeFormat: identity.codeFormat,
    release: settings.release,
    log,
    onRequest: metrics.request,
    newId,
    deadlineMs: settings.deadlineMs,
  });
  return { app, abandoned, hurry: media.hurry, stop: media.stop };
}

function digest(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Measures how long images take. */
function timed(intake: ImageIntake, metrics: Metrics): ImageIntake {
  return {
    async take(...request) {
      const startedAt = performance.now();
      let outcome: "taken" | "refused" = "refused";
      try {
        const taken = await intake.take(...request);
        if (taken) outcome = "taken";
        return taken;
      } finally {
        metrics.image(outcome, performance.now() - startedAt);
      }
    },
  };
}
