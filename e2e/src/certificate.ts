import { onHost } from "./hosts.ts";

const unit = "tintype-certificate.service";

/** Runs what the timer runs twice a day. */
export async function renewIfDue(instanceId: string): Promise<void> {
  await onHost(instanceId, `systemctl start ${unit}`);
}

/** As `renewIfDue`, on a day on which it is due. */
export async function renew(instanceId: string): Promise<void> {
  const folder = `/run/systemd/system/${unit}.d`;
  await onHost(
    instanceId,
    `set -e
    mkdir -p ${folder}
    printf '[Service]\\nEnvironment=RENEW_BELOW_PERCENT=100\\n' >${folder}/due.conf
    systemctl daemon-reload
    systemctl start ${unit}
    rm -r ${folder}
    systemctl daemon-reload`,
  );
}

/** Who may read the site's key, and until when its certificate holds. */
export async function keptCertificate(instanceId: string): Promise<{ key: string; days: number }> {
  const [key = ""] = await onHost(instanceId, "stat -L -c '%U %a' /etc/tintype/tls/site.key");
  const [printed = ""] = await onHost(
    instanceId,
    "openssl x509 -enddate -noout -in /etc/tintype/tls/site.crt",
  );
  return { key, days: (Date.parse(printed.replace("notAfter=", "")) - Date.now()) / 86_400_000 };
}

export async function renewalIsPlanned(instanceId: string): Promise<boolean> {
  const [timer] = await onHost(instanceId, "systemctl is-active tintype-certificate.timer");
  return timer === "active";
}
