import { useState } from "react";
import { Button } from "./button.tsx";

const outcomes = {
  copied: "Copied.",
  refused: "Your browser does not allow copying. Select the text and copy it yourself.",
};

/** Copies a text. Nothing on plain HTTP, where browsers have no clipboard for pages. */
export function CopyButton({ text, children }: { text: string; children: string }) {
  const [outcome, setOutcome] = useState<keyof typeof outcomes>();
  if (!("clipboard" in navigator)) return null;

  async function copy() {
    await navigator.clipboard.writeText(text).then(
      () => setOutcome("copied"),
      () => setOutcome("refused"),
    );
  }

  return (
    <>
      <Button variant="quiet" onClick={() => void copy()}>
        {children}
      </Button>
      <p role="status" className="small">
        {outcome && outcomes[outcome]}
      </p>
    </>
  );
}
