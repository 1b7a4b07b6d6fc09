import { type ChangeEvent, type DragEvent, type ReactNode, useEffect, useState } from "react";
import { type ControlProps, Field, type FieldProps } from "./field.tsx";
import { PhotoFrame } from "./photo-frame.tsx";
import { Preview } from "./preview.tsx";

type PictureFieldProps = FieldProps & {
  accept: string;
  /** The picture to show: the picked one, if it is valid. */
  file: File | undefined;
  onPick: (file: File) => void;
};

export function PictureField({ accept, file, onPick, ...field }: PictureFieldProps) {
  useStrayDrops();
  return (
    <Field {...field}>
      {(control) => (
        <DropZone control={control} accept={accept} onPick={onPick}>
          <PhotoFrame>{file ? <Preview file={file} /> : <Invitation />}</PhotoFrame>
          {file && (
            <span className="change" aria-hidden="true">
              Change
            </span>
          )}
        </DropZone>
      )}
    </Field>
  );
}

type DropZoneProps = {
  control: ControlProps;
  accept: string;
  onPick: (file: File) => void;
  children: ReactNode;
};

/** An invisible native file input over its children, for pointer, keyboard and screen reader. */
function DropZone({ control, accept, onPick, children }: DropZoneProps) {
  const [over, setOver] = useState(false);

  function change({ target }: ChangeEvent<HTMLInputElement>) {
    const file = target.files?.[0];
    if (file) onPick(file);
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) onPick(file);
  }

  return (
    <div
      className={over ? "drop over" : "drop"}
      onDragOver={() => setOver(true)}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {children}
      {/* Emptied on each click, so that a file that was corrected can be picked again. */}
      <input
        {...control}
        type="file"
        accept={accept}
        onClick={(event) => (event.currentTarget.value = "")}
        onChange={change}
      />
    </div>
  );
}

function Invitation() {
  return (
    <p className="invitation">
      <strong>Choose a picture</strong>
      <span className="wide-only">or drop it here</span>
    </p>
  );
}

/** A file dropped beside the field would replace the page, and what was typed with it. */
function useStrayDrops() {
  useEffect(() => {
    const refuse = (event: Event) => event.preventDefault();
    window.addEventListener("dragover", refuse);
    window.addEventListener("drop", refuse);
    return () => {
      window.removeEventListener("dragover", refuse);
      window.removeEventListener("drop", refuse);
    };
  }, []);
}
