import type { ReactNode } from "react";

type ButtonProps = {
  children: ReactNode;
  type?: "button" | "submit";
  /** Shows that it is working. It stays focusable: a disabled button loses the focus. */
  busy?: boolean;
  variant?: "quiet" | "danger";
  onClick?: () => void;
};

export function Button({ children, type = "button", busy = false, variant, onClick }: ButtonProps) {
  return (
    <button
      type={type}
      className={variant ? `button ${variant}` : "button"}
      aria-disabled={busy}
      onClick={busy ? undefined : onClick}
    >
      {children}
    </button>
  );
}
