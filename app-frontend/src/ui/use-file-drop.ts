import { useEffect, useState } from "react";

/** Accepts files dropped anywhere on the page. Returns whether files are dragged over it. */
export function useFileDrop(onDrop: (files: File[]) => void): boolean {
  const [over, setOver] = useState(false);

  useEffect(() => {
    const stop = new AbortController();
    const on = (name: "dragover" | "dragleave" | "drop", react: (event: DragEvent) => void) =>
      window.addEventListener(name, react, { signal: stop.signal });

    on("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault(); // otherwise the browser opens the file
      setOver(true);
    });
    on("dragleave", ({ relatedTarget }) => relatedTarget ?? setOver(false));
    on("drop", (event) => {
      event.preventDefault();
      setOver(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) onDrop(files);
    });
    return () => stop.abort();
  }, [onDrop]);

  return over;
}
