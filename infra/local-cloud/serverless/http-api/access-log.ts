/** Values of `$context`, by their name without it; `-` stands for one that is not there. */
export type AccessLogValues = Readonly<Record<string, string | number | undefined>>;

/**
 * One line in the declared format. Values are escaped as in a JSON text, which is stricter than needed for other formats:
 * no request can end a line or a field. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
export function accessLogLine(format: string, values: AccessLogValues): string {
  return format.replaceAll(/\$context\.([\w.-]+)/g, (_, name: string) =>
    JSON.stringify(String(values[name] ?? "-")).slice(1, -1),
  );
}
