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
  /** The message after success, if the form stays. */
  done?: string;
  /** Whether to show a notice after a long wait. */
  slow?: boolean;
  children: ReactNode;
  /** Further buttons beside the first one. */
  beside?: ReactNode;
};

/** The end of a form: its general error, and the submit button. */
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
