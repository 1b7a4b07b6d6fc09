/** What the bare servers answer: of the size of an account. */
export const document = {
  account: {
    id: "8d0e63f4-6c43-4c8e-9a53-0f1d6a1d2b7c",
    email: "reader.8d0e63f46c43@example.org",
    username: null,
    firstName: null,
    lastName: null,
    confirmed: false,
    createdAt: "2026-11-21T06:00:00.000Z",
  },
};

/** As long as the application's, else connections would be lost between slices. */
export const keepAliveTimeoutMs = 75_000;
