import type { ChangeEvent, MouseEvent } from "react";

type FileButtonProps = {
  label: string;
  accept: string;
  multiple?: boolean;
  busy?: boolean;
  error?: string | undefined;
  /** The id of the element that shows `error`. */
  errorId?: string;
  /** Called with one file, or with several if `multiple`. */
  onPick: (file: File, ...more: File[]) => void;
};

/** A button over the native file input, which serves pointer, keyboard and screen reader. */
export function FileButton({
  label,
  accept,
  multiple = false,
  busy = false,
  error,
  errorId,
  onPick,
}: FileButtonProps) {
  function click(event: MouseEvent<HTMLInputElement>) {
    if (busy) event.preventDefault();
    event.currentTarget.value = ""; // so that a file that was corrected can be picked again
  }

  function change({ target }: ChangeEvent<HTMLInputElement>) {
    const [file, ...more] = target.files ?? [];
    if (file && !busy) onPick(file, ...more);
  }

  return (
    <div className="file-button">
      <span className="button quiet" aria-hidden="true" aria-disabled={busy}>
        {label}
      </span>
      <input
        type="file"
        accept={accept}
        multiple={multiple}
        aria-label={label}
        aria-describedby={errorId}
        aria-invalid={Boolean(error)}
        aria-disabled={busy}
        onClick={click}
        onChange={change}
      />
    </div>
  );
}
