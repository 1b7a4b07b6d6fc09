/** Ten shells that are set up for other work, as variables that the programs we start would read. */
export const hostileShells: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "of a server": { NODE_ENV: "production", NODE_OPTIONS: "--require=/nowhere.js", NODE_PATH: "/nowhere" },
  "of a test": {
    NODE_ENV: "test",
    BABEL_ENV: "test",
    NODE_V8_COVERAGE: "/nowhere/coverage",
    JEST_WORKER_ID: "1",
  },
  "of other Terraform work": {
    ...{
      TF_WORKSPACE: "stage",
      TF_CLI_ARGS: "-no-such",
      TF_CLI_ARGS_plan: "-destroy",
      TF_DATA_DIR: "/nowhere",
    },
    ...{
      TF_VAR_name: "stage",
      TF_LOG: "trace",
      TF_INPUT: "1",
      CDKTF_CONTEXT_JSON: '{"excludeStackIdFromLogicalIds":"true"}',
    },
  },
  "of other Ansible work": {
    ...{
      ANSIBLE_CONFIG: "/nowhere.cfg",
      ANSIBLE_INVENTORY: "stage",
      ANSIBLE_STRATEGY: "none",
      ANSIBLE_FORKS: "0",
    },
    ...{ ANSIBLE_STDOUT_CALLBACK: "json", PYTHONPATH: "/nowhere", PYTHONHOME: "/nowhere" },
  },
  "of a hook of git": { GIT_DIR: "/nowhere", GIT_INDEX_FILE: "/nowhere/index", GIT_WORK_TREE: "/nowhere" },
  "of a bundler": {
    ...{
      ESBUILD_BINARY_PATH: "/nowhere",
      ROLLUP_WATCH: "true",
      BROWSERSLIST: "ie 6",
      TSX_TSCONFIG_PATH: "/nowhere",
    },
    ...{
      VITE_USER_NODE_ENV: "development",
      BASE_URL: "/other",
      API_ORIGIN: "http://nowhere.test",
      PORT: "1",
    },
  },
  "of another archive": {
    TAR_OPTIONS: "--exclude=*",
    GZIP: "-1",
    POSIXLY_CORRECT: "1",
    BASH_ENV: "/nowhere.sh",
  },
  "of another package": {
    ...{
      npm_config_omit: "dev",
      NPM_CONFIG_GLOBAL: "true",
      npm_config_dry_run: "true",
      npm_config_os: "win32",
    },
    ...{ npm_config_package_lock: "false", npm_config_workspace: "e2e", npm_config_ignore_scripts: "false" },
  },
  "of another database and debugger": {
    ...{
      MYSQL_PWD: "x",
      MYSQL_HOST: "nowhere",
      MYSQL_TCP_PORT: "1",
      LD_PRELOAD: "",
      DEBUG: "*",
      NODE_DEBUG: "http",
    },
    ...{
      NODE_TLS_REJECT_UNAUTHORIZED: "0",
      UV_THREADPOOL_SIZE: "1",
      MOTO_PORT: "1",
      DOCKER_DEFAULT_PLATFORM: "linux/arm64",
    },
  },
  "of another region": {
    ...{
      AWS_REGION: "eu-west-1",
      AWS_DEFAULT_REGION: "eu-west-1",
      AWS_RETRY_MODE: "adaptive",
      AWS_MAX_ATTEMPTS: "1",
    },
    ...{ AWS_S3_US_EAST_1_REGIONAL_ENDPOINT: "legacy", AWS_SDK_LOAD_CONFIG: "1", AWS_DEFAULT_OUTPUT: "text" },
  },
};
