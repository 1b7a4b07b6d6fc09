import { useEffect, useState } from "react";
import type { SentText } from "../api/factors.ts";
import { useSubmission } from "../forms/use-submission.ts";
import { Button } from "../ui/button.tsx";
import { ErrorMessage } from "../ui/message.tsx";

type SendTextProps = {
  send: () => Promise<SentText>;
  /** What was sent already, if anything. */
  before?: SentText;
};

/** The button that has a code sent to the phone: again after the time that the server names, which is shown. */
export function SendText({ send, before }: SendTextProps) {
  const { busy, failure, submit } = useSubmission([]);
  const [sent, setSent] = useState(before);
  const [waitS, setWaitS] = useState(before?.resendAfter ?? 0);

  useEffect(() => {
    if (waitS <= 0) return undefined;
    const timer = setTimeout(() => setWaitS(waitS - 1), 1000);
    return () => clearTimeout(timer);
  }, [waitS]);

  async function sendCode() {
    const answer = await send();
    setSent(answer);
    setWaitS(answer.resendAfter);
  }

  return (
    <>
      <p role="status">
        {sent &&
          `A message to your number that ends with ${sent.ending} is on its way. If it does not arrive, use another way.`}
      </p>
      <p>
        <Button variant="quiet" busy={busy || waitS > 0} onClick={() => void submit({}, sendCode)}>
          {sent ? "Send another code" : "Send a code"}
        </Button>{" "}
        {waitS > 0 && <span className="small">in {waitS} seconds</span>}
      </p>
      <ErrorMessage error={failure.form} />
    </>
  );
}
