import type { ReactNode } from "react";

export type ShownError = { message: string; status: number; requestId?: string | undefined };

type ErrorMessageProps = { error: ShownError | undefined; children?: ReactNode };

/** An error of more than one field, with the request id for faults of the server. A live region must exist before its text. */
export function ErrorMessage({ error, children }: ErrorMessageProps) {
  return (
    <div role="alert">
      {error && (
        <div className="message error">
          <p>
            {error.message} {children}
          </p>
          {error.status >= 500 && error.requestId && <p className="small">Request {error.requestId}</p>}
        </div>
      )}
    </div>
  );
}

export function Notice({ children }: { children: ReactNode }) {
  return (
    <div role="status" className="message">
      <p>{children}</p>
    </div>
  );
}
