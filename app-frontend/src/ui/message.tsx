import type { ReactNode } from "react";

export type ShownError = { message: string; status: number; requestId?: string | undefined };

type ErrorMessageProps = { error: ShownError | undefined; children?: ReactNode };

/** An error that concerns more than one field; a fault of the server with what finds it in the log. The empty element stays: live regions must be there first. */
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
