import type { ReactNode, RefObject } from "react";
import { Button } from "./button.tsx";
import { ErrorMessage, type ShownError } from "./message.tsx";
import { SlowNotice } from "./slow-notice.tsx";

type FormProps = {
  form: { form: RefObject<HTMLFormElement | null> };
  className?: string;
  onSubmit: () => void;
  children: ReactNode;
};

/** A form that checks its own fields and is sent by script. */
export function Form({ form: { form: ref }, className, onSubmit, children }: FormProps) {
  return (
    <form
      ref={ref}
      className={className}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}

type SubmitProps = {
  form: { busy: boolean; done: boolean; failure: { form?: ShownError } };
  variant?: "danger";
  /** What to say when it is done and the form stays. */
  done?: string;
  /** Whether a long wait is worth a word. */
  slow?: boolean;
  children: ReactNode;
  /** Further buttons beside the first one. */
  beside?: ReactNode;
};

/** How a form ends: what went wrong with the whole of it, and the button that sends it. */
export function Submit({ form, variant, done, slow = form.busy, children, beside }: SubmitProps) {
  return (
    <>
      <ErrorMessage error={form.failure.form} />
      <div className="buttons">
        <Button type="submit" busy={form.busy} {...(variant && { variant })}>
          {children}
        </Button>
        {beside}
        <p role="status">{form.done && done}</p>
      </div>
      <SlowNotice active={slow} />
    </>
  );
}
