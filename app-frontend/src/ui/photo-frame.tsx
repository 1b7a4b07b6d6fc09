import type { ReactNode } from "react";

/** The frame around every picture. Its size does not depend on its content. */
export function PhotoFrame({ children }: { children: ReactNode }) {
  return (
    <div className="photo-frame">
      <div className="photo-frame-face">{children}</div>
    </div>
  );
}
