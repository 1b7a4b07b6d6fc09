import { useEffect, useState } from "react";
import { getSendsMail } from "../api/account.ts";

/** Whether this site mails its codes; undefined until the API has answered. */
export function useSendsMail(): boolean | undefined {
  const [sendsMail, setSendsMail] = useState<boolean>();

  useEffect(() => {
    let isShown = true;
    getSendsMail().then(
      (answer) => isShown && setSendsMail(answer),
      () => undefined, // the page works without it
    );
    return () => {
      isShown = false;
    };
  }, []);

  return sendsMail;
}
