// Plain JavaScript: it runs before anything is installed.

/**
 * What the shell may say to the programs that we start; all else is dropped, such as TF_WORKSPACE, NODE_ENV, ANSIBLE_*,
 * GIT_DIR or TAR_OPTIONS. docs/operations.md lists it for operators.
 */
const kept = [
  // Who and where, the terminal, the language of messages.
  "PATH HOME USER LOGNAME SHELL TMPDIR TERM COLORTERM NO_COLOR COLUMNS LINES LANG LANGUAGE LC_* TZ CI XDG_*",
  // Whom to trust, and agents and helpers that hold keys.
  "NODE_EXTRA_CA_CERTS NODE_USE_SYSTEM_CA SSL_CERT_FILE SSL_CERT_DIR NIX_SSL_CERT_FILE SSH_AUTH_SOCK",
  "DBUS_SESSION_BUS_ADDRESS DISPLAY GNUPGHOME GPG_TTY PASSWORD_STORE_DIR AWS_VAULT* OP_*",
  // Version managers choose a program by these.
  "AQUA_* ASDF_* MISE_* NODENV_* PROTO_* PYENV_* TENV_* TFENV_* VOLTA_* OBJC_DISABLE_INITIALIZE_FORK_SAFETY",
  "DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG DOCKER_CERT_PATH DOCKER_TLS_VERIFY",
  // Where Terraform gets its provider.
  "TF_CLI_CONFIG_FILE TF_PLUGIN_CACHE_DIR TF_TOKEN_*",
  // How much Ansible writes into its log.
  "ANSIBLE_VERBOSITY",
  // Rehearsals of releases build another checkout.
  "TINTYPE_SOURCE",
];

/** Who we are at AWS, and whom to trust there; neither a region nor an endpoint. The local cloud gets none of it. */
const keptForAws = [
  "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION AWS_PROFILE",
  "AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_ROLE_ARN AWS_ROLE_SESSION_NAME AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE AWS_EC2_METADATA_* AWS_CA_BUNDLE AWS_LOGIN_CACHE_DIRECTORY",
  "AWS_USE_FIPS_ENDPOINT AWS_USE_DUALSTACK_ENDPOINT",
  // What programs read that ~/.aws/config names as a credential_process.
  "GRANTED_* SAML2AWS_* VAULT_ADDR VAULT_CACERT VAULT_NAMESPACE VAULT_TOKEN KRB5CCNAME",
];

/** How npm reaches its registry, and nothing about what it installs. It reads its settings in any case. */
const keptForNpm =
  /^(npm_config_(registry|(https_|https-)?proxy|no_?proxy|cafile|ca|strict[_-]ssl|userconfig|globalconfig|cache|(@|\/\/).*)|NPM_TOKEN|NODE_AUTH_TOKEN)$/i;

const matches = (lists) => {
  const names = lists.flatMap((line) => line.split(" "));
  return (name) =>
    names.some((each) => (each.endsWith("*") ? name.startsWith(each.slice(0, -1)) : name === each));
};
const isKept = matches(kept);
const isKeptForAws = matches(keptForAws);

/**
 * The environment of the programs that we start, composed from the shell's.
 * @param {NodeJS.ProcessEnv} shell
 * @param {"aws" | "local" | "npm"} purpose
 * @returns {Record<string, string>}
 */
export function composedEnvironment(shell, purpose) {
  const passes = (name) =>
    isKept(name) ||
    (purpose === "aws" && isKeptForAws(name) && !(name === "AWS_PROFILE" && hasKeys(shell))) ||
    (purpose === "npm" && keptForNpm.test(name));
  const passed = Object.entries(shell).filter(([name, value]) => passes(name) && value !== "");
  return {
    .../** @type {Record<string, string>} */ (Object.fromEntries(passed)),
    ...proxies(shell),
    ...(purpose === "aws" && { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }),
    // Neither a profile nor its endpoints: else ~/.aws/config would count.
    ...(purpose === "local" && { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" }),
    COPYFILE_DISABLE: "1", // else tar of macOS adds files of its own
  };
}

/** Keys come before a profile for Terraform and the AWS CLI, and behind it for the SDK: one command would be in two accounts. */
const hasKeys = (shell) => Boolean(shell["AWS_ACCESS_KEY_ID"] && shell["AWS_SECRET_ACCESS_KEY"]);

/**
 * Why a profile that the shell names is not used; undefined if it is, or none is named.
 * @param {NodeJS.ProcessEnv} shell
 * @returns {string | undefined}
 */
export function unusedProfile(shell) {
  if (!shell["AWS_PROFILE"] || !hasKeys(shell)) return undefined;
  return `AWS_PROFILE=${shell["AWS_PROFILE"]} is not used: the keys in AWS_ACCESS_KEY_ID come before it, as for the AWS CLI.`;
}

/** In both spellings, as each program reads another. */
function proxies(shell) {
  const found = {};
  for (const name of ["http_proxy", "https_proxy", "no_proxy"]) {
    const value = shell[name] || shell[name.toUpperCase()];
    if (value) Object.assign(found, { [name]: value, [name.toUpperCase()]: value });
  }
  const named = "http_proxy" in found || "https_proxy" in found;
  return { ...found, ...(named && { NODE_USE_ENV_PROXY: "1" }) };
}

/**
 * What would have a command work somewhere else than it says, by name; empty if nothing does.
 * @param {NodeJS.ProcessEnv} shell
 * @param {"aws" | "local"} cloud
 * @returns {string[]}
 */
export function misleading(shell, cloud) {
  const set = Object.keys(shell).filter((name) => shell[name]);
  if (cloud === "local") {
    const engine = shell["DOCKER_HOST"] ?? "";
    if (engine === "" || /^(unix|npipe):|^tcp:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(engine))
      return [];
    return ["DOCKER_HOST names an engine on another machine; the local cloud needs one on this one"];
  }
  return [
    ...set
      .filter((name) => name.startsWith("AWS_ENDPOINT_URL"))
      .map((name) => `${name} names another place than AWS`),
    ...set
      .filter((name) => name === "AWS_DEFAULT_PROFILE" && !shell["AWS_PROFILE"])
      .map((name) => `${name} is read by the AWS CLI alone; use AWS_PROFILE`),
  ];
}

/**
 * Why a proxy that the shell names is not used; undefined if it is, or none is named.
 * @param {NodeJS.ProcessEnv} shell
 * @param {string} version of Node
 * @returns {string | undefined}
 */
export function unusedProxy(shell, version) {
  const set = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"].some((name) => shell[name]);
  const all = ["all_proxy", "ALL_PROXY"].find((name) => shell[name]);
  if (!set) return all && `${all} is not used: name the proxy in HTTPS_PROXY.`;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const able = major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21);
  if (able) return undefined;
  return (
    `HTTPS_PROXY is used by Terraform and npm, not by Node ${version}: AWS and downloads are asked directly. ` +
    "Node 22.21 and 24.5 or newer use it."
  );
}
