// Written by `make format` from the API's OpenAPI document. Do not edit.

export type SignedIn = {
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
  account: Account;
};

export type Account = {
  id: string;
  email: string;
  /** Shows the picture to anyone who has it, for an hour. */
  imageUrl: string;
  username: string | null;
  firstName: string | null;
  lastName: string | null;
  confirmed: boolean;
  createdAt: string;
};

export type Challenged = {
  mfa: {
    /** For POST /auth/mfa: it opens nothing else. */
    token: string;
    factors: ("totp" | "recovery" | "passkey" | "sms")[];
    /** Seconds. */
    expiresIn: number;
  };
};

/** What each operation takes and returns. Times are ISO 8601. */
export type Operations = {
  /** Make an account with a picture */
  register: {
    body: {
      email: string;
      /** 8 to 256 characters, with no blank at either end. */
      password: string;
      /** The token of an upload, which works once. */
      upload: string;
    };
    response: {
      account: Account;
    };
  };
  /** Get a URL that takes the picture of a new account straight to S3, and a token to register with */
  announceRegistration: {
    body: {
      contentType: string;
      bytes: number;
    };
    response: {
      upload: {
        /** For one PUT of exactly that file with these headers. 412: it was taken before. */
        url: string;
        headers: Record<string, string>;
        /** For one request within 15 minutes, when the file was sent. */
        token: string;
      };
    };
  };
  /** Open a session; the refresh token comes as a cookie. With a second factor there is neither, but a challenge */
  signIn: {
    body: {
      email: string;
      password: string;
    };
    response: SignedIn | Challenged;
  };
  /** Trade the refresh token for an access token, and for the next one if it is older than 10 seconds */
  refresh: {
    response: {
      accessToken: string;
      /** Seconds. */
      expiresIn: number;
      account: Account;
    };
  };
  /** End the session, or all sessions of the account */
  signOut: {
    query: {
      everywhere?: "true" | "false";
    };
    response: void;
  };
  /** Remove the account and all that belongs to it */
  remove: {
    body: {
      password?: string;
    };
    response: void;
  };
  /** Confirm the address by the code that was mailed to it */
  confirm: {
    body: {
      email: string;
      code: string;
    };
    response: void;
  };
  /** Mail another code that confirms the address */
  resend: {
    body: {
      email: string;
    };
    response: void;
  };
  /** Mail a code that replaces the password */
  forgot: {
    body: {
      email: string;
    };
    response: void;
  };
  /** Replace the password by the code that was mailed; ends all sessions */
  reset: {
    body: {
      email: string;
      code: string;
      /** 8 to 256 characters, with no blank at either end. */
      password: string;
      /** Asked of an account without a password alone: the mailed code does not open it. */
      recoveryCode?: string;
    };
    response: void;
  };
  /** Replace the password; ends all other sessions */
  changePassword: {
    body: {
      current?: string;
      /** 8 to 256 characters, with no blank at either end. */
      next: string;
    };
    response: void;
  };
  /** Where the account is signed in, the last used first: 50 sessions at most */
  listSessions: {
    response: {
      items: {
        id: string;
        device: string;
        address: string | null;
        createdAt: string;
        /** Rounded to 10 minutes. */
        lastUsedAt: string;
        /** When a refresh token that had been replaced was last shown again, rounded to 10 minutes. */
        retriedAt: string | null;
        current: boolean;
      }[];
    };
  };
  /** End one session of the account */
  endSession: {
    response: void;
  };
  /** One's own account */
  getAccount: {
    response: {
      account: Account;
    };
  };
  /** Change what the body names of the profile; empty text or null clears it */
  changeProfile: {
    body: {
      username?: string | null;
      firstName?: string | null;
      lastName?: string | null;
    };
    response: {
      account: Account;
    };
  };
  /** Replace the picture */
  changePicture: {
    body: {
      /** The token of an upload, which works once. */
      upload: string;
    };
    response: {
      account: Account;
    };
  };
  /** Get a URL that takes a new picture straight to S3, and a token to replace the picture with */
  announcePicture: {
    body: {
      contentType: string;
      bytes: number;
    };
    response: {
      upload: {
        /** For one PUT of exactly that file with these headers. 412: it was taken before. */
        url: string;
        headers: Record<string, string>;
        /** For one request within 15 minutes, when the file was sent. */
        token: string;
      };
    };
  };
  /** Images of everybody, or of oneself, the newest first */
  listImages: {
    query: {
      owner?: "me";
      cursor?: string;
      limit?: string;
    };
    response: {
      items: {
        id: string;
        name: string;
        contentType: string;
        bytes: number;
        createdAt: string;
        mine: boolean;
        width: number;
        height: number;
        imageUrl: string;
        thumbnailUrl: string;
        thumbnailWidth: number;
        thumbnailHeight: number;
      }[];
      /** Where the next page begins; none after the last. */
      cursor?: string;
    };
  };
  /** Reserve an image and get a URL that takes it straight to S3 */
  announceImage: {
    body: {
      contentType: string;
      bytes: number;
      name: string;
    };
    response: {
      image: {
        id: string;
        name: string;
        contentType: string;
        bytes: number;
        createdAt: string;
      };
      upload: {
        /** For one PUT of exactly that file with these headers. 412: it was taken before. */
        url: string;
        headers: Record<string, string>;
      };
    };
  };
  /** Check, clean and publish what was uploaded */
  completeImage: {
    response: {
      image: {
        id: string;
        name: string;
        contentType: string;
        bytes: number;
        createdAt: string;
        mine: boolean;
        width: number;
        height: number;
        imageUrl: string;
        thumbnailUrl: string;
        thumbnailWidth: number;
        thumbnailHeight: number;
      };
    };
  };
  /** One image */
  getImage: {
    response: {
      image: {
        id: string;
        name: string;
        contentType: string;
        bytes: number;
        createdAt: string;
        mine: boolean;
        width: number;
        height: number;
        imageUrl: string;
        thumbnailUrl: string;
        thumbnailWidth: number;
        thumbnailHeight: number;
      };
    };
  };
  /** Remove an image of one's own */
  removeImage: {
    response: void;
  };
  /** A URL that saves the image as a file */
  downloadImage: {
    response: {
      url: string;
    };
  };
  /** Open the session of a challenge by a code, a recovery code, a code that was sent or a passkey; the refresh token comes as a cookie */
  completeSignIn: {
    body: {
      token: string;
      /** The 6 digits that an authenticator app shows. */
      code?: string;
      /** In any case, with or without hyphens. */
      recoveryCode?: string;
      /** The 6 digits of the last message. */
      textCode?: string;
      passkey?: {
        id: string;
        response: {
          clientDataJSON: string;
          authenticatorData: string;
          signature: string;
          userHandle?: string | null;
        };
      };
    };
    response: {
      accessToken: string;
      /** Seconds. */
      expiresIn: number;
      account: Account;
    };
  };
  /** Prove again who is signed in: for 10 minutes what was proven allows changes that ask for it */
  stepUp: {
    body: {
      password?: string;
      /** The 6 digits that an authenticator app shows. */
      code?: string;
      /** In any case, with or without hyphens. */
      recoveryCode?: string;
      /** The 6 digits of the last message. */
      textCode?: string;
      passkey?: {
        id: string;
        response: {
          clientDataJSON: string;
          authenticatorData: string;
          signature: string;
          userHandle?: string | null;
        };
      };
    };
    response: {
      provedUntil: string;
    };
  };
  /** Send a code to the account's phone, for the challenge of a sign-in */
  sendTextForSignIn: {
    body: {
      token: string;
    };
    response: {
      /** The last two digits of the number. */
      ending: string;
      /** Seconds until another code can be sent. */
      resendAfter: number;
      /** Seconds that the code works. */
      expiresIn: number;
    };
  };
  /** Send a code to the account's phone, to prove again who is signed in */
  sendTextForStepUp: {
    response: {
      /** The last two digits of the number. */
      ending: string;
      /** Seconds until another code can be sent. */
      resendAfter: number;
      /** Seconds that the code works. */
      expiresIn: number;
    };
  };
  /** The second factors of one's account, and what happened to them */
  getFactors: {
    response: {
      totp: {
        enrolledAt: string;
        lastUsedAt: string;
      } | null;
      phone: {
        /** The last two digits of the number. */
        ending: string;
        enrolledAt: string;
        lastUsedAt: string;
      } | null;
      recoveryCodes: {
        left: number;
        /** Whether the page has confirmed that it showed them; until then a TOTP code makes new ones. */
        seen: boolean;
      } | null;
      /** The latest first. */
      events: {
        at: string;
        what: string;
        device: string;
      }[];
    };
  };
  /** Make a secret for an authenticator app; the former one works until a code confirms this one */
  enrolTotp: {
    response: {
      /** In base 32. */
      secret: string;
      /** The same as an otpauth URI, for a QR code. */
      uri: string;
      /** Seconds. */
      expiresIn: number;
    };
  };
  /** Remove the secret, and the recovery codes unless there is another factor */
  removeTotp: {
    response: void;
  };
  /** Put the new secret in force by its first code; ends all other sessions */
  confirmTotp: {
    body: {
      /** The 6 digits that an authenticator app shows. */
      code: string;
    };
    response: {
      /** Each works once. They are shown here and never again. */
      recoveryCodes: string[];
    };
  };
  /** Send a code to a phone number; the former number works until the code confirms this one */
  enrolPhone: {
    body: {
      number: string;
    };
    response: {
      /** In the form of E.164. */
      number: string;
      /** The last two digits of the number. */
      ending: string;
      /** Seconds until another code can be sent. */
      resendAfter: number;
      /** Seconds that the code works. */
      expiresIn: number;
    };
  };
  /** Remove the phone number, and the recovery codes unless there is another factor */
  removePhone: {
    response: void;
  };
  /** Put the new number in force by its code; ends all other sessions */
  confirmPhone: {
    body: {
      /** The 6 digits of the last message. */
      code: string;
    };
    response: {
      /** New ones if the number is the first factor, else none. They are shown here and never again. */
      recoveryCodes: string[];
    };
  };
  /** Make new recovery codes; the former ones end */
  replaceRecoveryCodes: {
    response: {
      /** Each works once. They are shown here and never again. */
      recoveryCodes: string[];
    };
  };
  /** Confirm that the recovery codes were shown */
  noteSeenCodes: {
    response: void;
  };
  /** Ask for any passkey of this site; a cookie holds the challenge for 5 minutes */
  beginPasskeySignIn: {
    response: {
      /** For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`. */
      options: {
        challenge: string;
      };
      /** Seconds. */
      expiresIn: number;
    };
  };
  /** Open a session by a passkey alone; the refresh token comes as a cookie */
  signInByPasskey: {
    body: {
      credential: {
        id: string;
        response: {
          clientDataJSON: string;
          authenticatorData: string;
          signature: string;
          userHandle?: string | null;
        };
      };
    };
    response: {
      accessToken: string;
      /** Seconds. */
      expiresIn: number;
      account: Account;
    };
  };
  /** Ask for a passkey as the second step of a sign-in */
  beginPasskeyStep: {
    body: {
      token: string;
    };
    response: {
      /** For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`. */
      options: {
        challenge: string;
      };
      /** Seconds. */
      expiresIn: number;
    };
  };
  /** Ask for a passkey as a proof of who is signed in */
  beginPasskeyStepUp: {
    response: {
      /** For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`. */
      options: {
        challenge: string;
      };
      /** Seconds. */
      expiresIn: number;
    };
  };
  /** The passkeys of one's account, the oldest first */
  listPasskeys: {
    response: {
      items: {
        id: string;
        name: string;
        createdAt: string;
        lastUsedAt: string | null;
        /** Whether it opens the account alone. */
        alone: boolean;
        /** Whether it makes a sign-in by password ask for a passkey. */
        asked: boolean;
        /** Whether it was copied to other devices of its owner. */
        backedUp: boolean;
        /** False if it was made for another domain of the site. */
        usable: boolean;
      }[];
    };
  };
  /** Add the passkey that was asked for. One that is asked for after the password ends all other sessions */
  addPasskey: {
    body: {
      /** 1 to 64 characters. */
      name: string;
      credential: {
        id: string;
        response: {
          clientDataJSON: string;
          attestationObject: string;
          transports?: string[];
        };
      };
    };
    response: {
      passkey: {
        id: string;
        name: string;
        createdAt: string;
        lastUsedAt: string | null;
        /** Whether it opens the account alone. */
        alone: boolean;
        /** Whether it makes a sign-in by password ask for a passkey. */
        asked: boolean;
        /** Whether it was copied to other devices of its owner. */
        backedUp: boolean;
        /** False if it was made for another domain of the site. */
        usable: boolean;
      };
      /** With the first factor of an account. They are shown here and never again. */
      recoveryCodes: string[] | null;
    };
  };
  /** Ask for a new passkey; a cookie holds the challenge for 5 minutes */
  beginPasskey: {
    body: {
      /** Whether a sign-in by password asks for it as the second step; otherwise it has to open the account alone. */
      asked: boolean;
    };
    response: {
      /** For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`. */
      options: {
        challenge: string;
      };
      /** Seconds. */
      expiresIn: number;
    };
  };
  /** Rename a passkey */
  renamePasskey: {
    body: {
      /** 1 to 64 characters. */
      name: string;
    };
    response: void;
  };
  /** Remove a passkey; the last way into an account stays */
  removePasskey: {
    response: void;
  };
  /** The providers by which people can sign in */
  listProviders: {
    response: {
      providers: {
        id: string;
        name: string;
      }[];
    };
  };
  /** Go to the page of a provider, to sign in. For browsers: failures go to the page, as `/signin?failed=REASON` */
  startProvider: {
    query: {
      /** The path to show afterwards; any that is not one of the page's is the first page. */
      next?: string;
    };
    response: void;
  };
  /** Come back from a provider; the refresh token comes as a cookie */
  endProvider: {
    response: void;
  };
  /** The challenge of a sign-in by a provider that ended at `/signin?second`, once, by its cookie */
  takeChallenge: {
    response: {
      mfa: {
        /** For POST /auth/mfa: it opens nothing else. */
        token: string;
        factors: ("totp" | "recovery" | "passkey" | "sms")[];
        /** Seconds. */
        expiresIn: number;
      };
    };
  };
  /** The identities at providers by which the account signs in */
  listIdentities: {
    response: {
      items: {
        id: string;
        /** Its name. */
        provider: string;
        /** As the provider stated it at that time. */
        email: string | null;
        createdAt: string;
        /** False for the last way into the account. */
        removable: boolean;
      }[];
      hasPassword: boolean;
    };
  };
  /** Begin to link an identity, at the provider of that id; the answer of it ends at `/account` */
  linkIdentity: {
    response: {
      /** The page of the provider. */
      url: string;
    };
  };
  /** Remove an identity; the last way into an account stays */
  removeIdentity: {
    response: void;
  };
  /** Begin to prove again who is signed in, by the provider of that id; the answer of it ends at `/account` */
  proveIdentity: {
    response: {
      /** The page of the provider. */
      url: string;
    };
  };
  /** Projects of the account, or those in its bin, a page at a time, the last saved first */
  listProjects: {
    query: {
      cursor?: string;
      limit?: string;
      /** A part of the title. */
      q?: string;
      type?: "audio" | "video" | "pdf" | "youtube" | "none";
      bin?: string;
    };
    response: {
      items: {
        id: string;
        /** As in the header ETag; what the next change replaces. */
        etag: string;
        title: string;
        type: "audio" | "video" | "pdf" | "youtube" | "none";
        label: string | null;
        src: string | null;
        mimetype: string | null;
        media: {
          id: string;
          name: string;
          bytes: number;
        } | null;
        version: number;
        notesBytes: number;
        notesSha256: string;
        device: string;
        createdAt: string;
        savedAt: string;
        /** Since when it is in the bin. */
        deletedAt: string | null;
      }[];
      /** Where the next page begins; none after the last. */
      cursor?: string;
    };
  };
  /** Add a project; the same key again returns the project that the first call added */
  createProject: {
    body: {
      title: string;
      label?: string | null;
      /** A link to a YouTube video. */
      src?: string | null;
      mediaId?: string | null;
      /** Refused unless it is the type by media or video. */
      type?: "audio" | "video" | "pdf" | "youtube" | "none";
      notes?: Record<string, unknown>[];
    };
    response: {
      project: {
        id: string;
        /** As in the header ETag; what the next change replaces. */
        etag: string;
        title: string;
        type: "audio" | "video" | "pdf" | "youtube" | "none";
        label: string | null;
        src: string | null;
        mimetype: string | null;
        media: {
          id: string;
          name: string;
          bytes: number;
        } | null;
        version: number;
        notesBytes: number;
        notesSha256: string;
        device: string;
        createdAt: string;
        savedAt: string;
        /** Since when it is in the bin. */
        deletedAt: string | null;
      };
    };
  };
  /** One project with its notes, also of the bin; 304 if the caller has it */
  getProject: {
    response: {
      project: {
        id: string;
        /** As in the header ETag; what the next change replaces. */
        etag: string;
        title: string;
        type: "audio" | "video" | "pdf" | "youtube" | "none";
        label: string | null;
        src: string | null;
        mimetype: string | null;
        media: {
          id: string;
          name: string;
          bytes: number;
        } | null;
        version: number;
        notesBytes: number;
        notesSha256: string;
        device: string;
        createdAt: string;
        savedAt: string;
        /** Since when it is in the bin. */
        deletedAt: string | null;
      };
      notes: Record<string, unknown>[];
    };
  };
  /** Change what the body names; null clears it. A link replaces media, and the reverse */
  changeProject: {
    body: {
      title?: string;
      label?: string | null;
      /** A link to a YouTube video. */
      src?: string | null;
      mediaId?: string | null;
      /** Refused unless it is the type by media or video. */
      type?: "audio" | "video" | "pdf" | "youtube" | "none";
    };
    response: {
      project: {
        id: string;
        /** As in the header ETag; what the next change replaces. */
        etag: string;
        title: string;
        type: "audio" | "video" | "pdf" | "youtube" | "none";
        label: string | null;
        src: string | null;
        mimetype: string | null;
        media: {
          id: string;
          name: string;
          bytes: number;
        } | null;
        version: number;
        notesBytes: number;
        notesSha256: string;
        device: string;
        createdAt: string;
        savedAt: string;
        /** Since when it is in the bin. */
        deletedAt: string | null;
      };
    };
  };
  /** Move a project into the bin, or remove it with its versions and unused media */
  removeProject: {
    query: {
      forever?: string;
    };
    response: void;
  };
  /** Replace the notes as the next version; the same notes change nothing. 412 has what is there now as `current` */
  saveNotes: {
    body: {
      notes: Record<string, unknown>[];
    };
    response: {
      project: {
        id: string;
        /** As in the header ETag; what the next change replaces. */
        etag: string;
        title: string;
        type: "audio" | "video" | "pdf" | "youtube" | "none";
        label: string | null;
        src: string | null;
        mimetype: string | null;
        media: {
          id: string;
          name: string;
          bytes: number;
        } | null;
        version: number;
        notesBytes: number;
        notesSha256: string;
        device: string;
        createdAt: string;
        savedAt: string;
        /** Since when it is in the bin. */
        deletedAt: string | null;
      };
    };
  };
  /** Take a project out of the bin */
  restoreProject: {
    response: {
      project: {
        id: string;
        /** As in the header ETag; what the next change replaces. */
        etag: string;
        title: string;
        type: "audio" | "video" | "pdf" | "youtube" | "none";
        label: string | null;
        src: string | null;
        mimetype: string | null;
        media: {
          id: string;
          name: string;
          bytes: number;
        } | null;
        version: number;
        notesBytes: number;
        notesSha256: string;
        device: string;
        createdAt: string;
        savedAt: string;
        /** Since when it is in the bin. */
        deletedAt: string | null;
      };
    };
  };
  /** The kept versions of a project's notes, the newest first */
  listVersions: {
    response: {
      items: {
        version: number;
        savedAt: string;
        bytes: number;
        device: string;
      }[];
    };
  };
  /** One kept version with its notes */
  getVersion: {
    response: {
      version: {
        version: number;
        savedAt: string;
        bytes: number;
        device: string;
      };
      notes: Record<string, unknown>[];
    };
  };
  /** The files of the account, pending and stored, a page at a time, the last announced first */
  listMedia: {
    query: {
      cursor?: string;
      limit?: string;
    };
    response: {
      items: {
        id: string;
        state: "pending" | "stored";
        name: string;
        bytes: number;
        kind: "audio" | "video" | "pdf" | null;
        /** By its bytes; null while it is pending. */
        contentType: string | null;
        createdAt: string;
        /** How many projects have it, also in the bin. */
        uses: number;
      }[];
      /** Where the next page begins; none after the last. */
      cursor?: string;
    };
  };
  /** Reserve quota for a file, and get a URL that takes it straight to S3 */
  announceMedia: {
    body: {
      name: string;
      bytes: number;
      /** The type by which the sender knows the file. What is stored is judged by its bytes. */
      contentType?: string;
    };
    response: {
      media: {
        id: string;
        state: "pending" | "stored";
        name: string;
        bytes: number;
        kind: "audio" | "video" | "pdf" | null;
        /** By its bytes; null while it is pending. */
        contentType: string | null;
        createdAt: string;
      };
      upload: {
        /** For one PUT of exactly that file within an hour, with these headers. 412: it was taken before. */
        url: string;
        headers: Record<string, string>;
      };
    };
  };
  /** Store a file that was sent. The answer may be another file of the account, which has the same bytes; 202: it takes longer, ask again */
  completeMedia: {
    response: {
      media: {
        id: string;
        state: "pending" | "stored";
        name: string;
        bytes: number;
        kind: "audio" | "video" | "pdf" | null;
        /** By its bytes; null while it is pending. */
        contentType: string | null;
        createdAt: string;
      };
    };
  };
  /** Get a URL that plays the file, or downloads it under its name */
  getMediaUrl: {
    query: {
      download?: "true" | "false";
    };
    response: {
      /** Plays or downloads the file for anyone who has it. */
      url: string;
      expiresAt: string;
      contentType: string;
    };
  };
  /** Remove a file that no project has */
  removeMedia: {
    response: void;
  };
  /** Whether the process answers */
  health: {
    response: {
      status: "ok";
      release: string;
    };
  };
  /** Whether all that it needs answers too */
  ready: {
    response: {
      status: "ready";
    };
  };
  /** What a page has to know of this deployment: whether codes are mailed, or handed on by its operator, and what they look like */
  settings: {
    response: {
      sendsMail: boolean;
      /** False without a domain: browsers have none there. */
      passkeys: boolean;
      /** Whether a phone number can be a second factor. */
      sendsTexts: boolean;
      codes: {
        digits: number;
        /** How long a code confirms an address. */
        confirmSeconds: number;
        /** How long a code sets a new password. */
        resetSeconds: number;
      };
    };
  };
  /** This description */
  openapi: {
    response: {
      openapi: "3.1.0";
    };
  };
};
