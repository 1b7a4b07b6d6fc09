import type { Factors } from "../../api/factors.ts";
import { longDate } from "../../format/dates.ts";

/** What the server reports. Another word is of a later release, and shown as a change. */
const changes: Record<string, string> = {
  factors_reset: "Turned off by the operator of this site",
  passkey_added: "Passkey added",
  passkey_copied: "Passkey refused, which seems to have been copied",
  passkey_removed: "Passkey removed",
  phone_added: "Phone number added",
  phone_removed: "Phone number removed",
  phone_replaced: "Phone number replaced",
  recovery_code_used: "Recovery code used",
  recovery_codes_replaced: "New recovery codes",
  totp_added: "Turned on",
  totp_removed: "Turned off",
  totp_replaced: "App replaced",
};

/** The server keeps more. */
const most = 5;

/** The last changes of factors, so that a person sees one that was not theirs. */
export function FactorEvents({ events }: { events: Factors["events"] }) {
  if (events.length === 0) return null;
  return (
    <div className="factor-events">
      <h3>Last changes</h3>
      <ul className="small">
        {events.slice(0, most).map(({ at, what, device }) => (
          <li key={`${at} ${what}`}>
            {longDate(at)}: {changes[what] ?? "Changed"}, {device}
          </li>
        ))}
      </ul>
      <p className="small">If one was not yours, change your password and get new recovery codes.</p>
    </div>
  );
}
