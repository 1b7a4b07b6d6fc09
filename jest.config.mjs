/** What every project shares: TypeScript by swc, native ES modules. */
const base = {
  rootDir: import.meta.dirname,
  testEnvironment: "node",
  setupFiles: ["<rootDir>/test/one-realm.mjs"],
  extensionsToTreatAsEsm: [".ts", ".tsx"],
  transform: {
    "\\.tsx?$": [
      "@swc/jest",
      {
        jsc: {
          target: "es2023",
          parser: { syntax: "typescript", tsx: true },
          transform: { react: { runtime: "automatic" } },
        },
        module: { type: "es6" },
      },
    ],
  },
};

/** The decoder starts in a third of the time if it is bundled, as it is in a release. */
const bundledDecoder = { "/decoder-program\\.ts$": "<rootDir>/app-backend/test/bundled-decoder.ts" };
const bundleDecoder = "<rootDir>/app-backend/test/bundle-decoder.mjs";

/** Only `make test-all` runs these integration tests. */
const lengthy =
  "/(?:database-rights|state-bucket|locked-state|user-data-amazon-linux)\\.integration\\.test\\.ts$";
const triesAll = process.env.REHEARSE === "all";

const integration = "\\.integration\\.test\\.ts$";

export default {
  testTimeout: 60_000,
  testSequencer: "<rootDir>/test/sequencer.mjs",
  projects: [
    {
      ...base,
      displayName: "unit",
      // Vite gives an address for a picture and takes styles.
      moduleNameMapper: {
        "\\.(svg|css)$": "<rootDir>/app-frontend/test/browser/asset.ts",
        ...bundledDecoder,
      },
      globalSetup: bundleDecoder,
      testMatch: ["<rootDir>/{infra,app-backend,app-frontend,bench,test,ansible}/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", integration],
    },
    {
      ...base,
      displayName: "integration",
      moduleNameMapper: bundledDecoder,
      globalSetup: bundleDecoder,
      setupFiles: [...base.setupFiles, "<rootDir>/test/own-cloud.mjs"],
      testMatch: ["<rootDir>/{infra,app-backend,ansible,e2e}/**/*.integration.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", ...(triesAll ? [] : [lengthy])],
    },
    {
      ...base,
      displayName: "e2e",
      testMatch: ["<rootDir>/e2e/{ec2,serverless}/deployment.test.ts"],
    },
    {
      // With what `make test-all` adds.
      ...base,
      displayName: "long",
      testMatch: ["<rootDir>/e2e/ec2/https.test.ts", "<rootDir>/e2e/services/**/*.test.ts"],
    },
  ],
};
