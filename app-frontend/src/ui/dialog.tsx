import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

type DialogProps = {
  title: string;
  className?: string;
  /** Whether the title gets the focus first, when there is something to look at. Otherwise the first control does. */
  startAtTitle?: boolean;
  /** Called when the person closes it; the caller then stops rendering it. */
  onClose: () => void;
  children: ReactNode;
};

/** A native modal dialog, open while it is rendered. */
export function Dialog({ title, className, startAtTitle = false, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => element.close(); // before it is removed, so that the browser restores the focus
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
