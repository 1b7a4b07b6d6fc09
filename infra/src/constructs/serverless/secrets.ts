import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter/index.js";
import { TerraformStack } from "cdktf";
import { Construct } from "constructs";

export interface SecretsProps {
  readonly name: string;
  /** A higher version replaces all secrets but that of factors; the parameters' history keeps the former ones. */
  readonly version: number;
  /** Sign-in providers, by their ids. */
  readonly providers: readonly string[];
}

const names = ["access-token", "refresh-token", "edge-proof", "factors"] as const;
export type SecretName = (typeof names)[number];

/**
 * Random secrets, made while Terraform applies and kept in SSM alone: ephemeral values and write-only arguments are in
 * no plan and no state. https://developer.hashicorp.com/terraform/language/manage-sensitive-data/ephemeral
 */
export class Secrets extends Construct {
  /** Below it each secret has its name. */
  readonly path: string;
  private readonly parameters: Record<SecretName, SsmParameter>;
  private readonly ofProviders: readonly SsmParameter[];

  constructor(scope: Construct, id: string, { name, version, providers }: SecretsProps) {
    super(scope, id);
    this.path = `/tintype/${name}`;
    // What the secret of factors has encrypted is never encrypted again: no rotation replaces it.
    const versionOf = (secret: SecretName) => (secret === "factors" ? 1 : version);
    const parameter = (secret: SecretName) => [secret, this.parameter(secret, versionOf(secret))];
    this.parameters = Object.fromEntries(names.map(parameter)) as Record<SecretName, SsmParameter>;
    this.ofProviders = providers.map((provider) => this.ofProvider(provider));
  }

  arns(): string[] {
    return [...names.map((name) => this.parameters[name]), ...this.ofProviders].map(({ arn }) => arn);
  }

  /** The operator replaces the value: what is written once is in no state, and no later apply writes it again. */
  private ofProvider(provider: string): SsmParameter {
    return new SsmParameter(this, `provider-${provider}`, {
      name: `${this.path}/providers/${provider}`,
      type: "SecureString",
      valueWo: "none",
      valueWoVersion: 1,
    });
  }

  private parameter(secret: SecretName, version: number): SsmParameter {
    const stack = TerraformStack.of(this);
    // The bindings know neither ephemeral blocks nor this one.
    stack.addOverride(`ephemeral.aws_secretsmanager_random_password.${secret}`, {
      password_length: 64,
      exclude_punctuation: true,
    });
    return new SsmParameter(this, secret, {
      name: `${this.path}/${secret}`,
      type: "SecureString",
      valueWo: `\${ephemeral.aws_secretsmanager_random_password.${secret}.random_password}`,
      valueWoVersion: version,
    });
  }
}
