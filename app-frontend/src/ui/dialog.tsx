import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

type DialogProps = {
  title: string;
  className?: string;
  /** Whether the focus begins at the title, where there is something to look at first. Else at what can be used. */
  startAtTitle?: boolean;
  /** Called when the person closes it; shall lead to its not being rendered. */
  onClose: () => void;
  children: ReactNode;
};

/** A native dialog over the page, open as long as it is rendered. */
export function Dialog({ title, className, startAtTitle = false, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => element.close(); // while it is still there, so that the browser puts the focus back where it was
  }, []);

  return (
    <dialog
      ref={dialog}
      className={className}
      aria-labelledby={id}
      onClose={() => dialog.current?.open || onClose()}
    >
      <h2 id={id} tabIndex={startAtTitle ? -1 : undefined}>
        {title}
      </h2>
      {children}
    </dialog>
  );
}
