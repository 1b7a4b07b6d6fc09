import type { ReactNode } from "react";

/** The framed metal plate that every picture stands in. Its size does not depend on what is in it. */
export function PhotoFrame({ children }: { children: ReactNode }) {
  return (
    <div className="photo-frame">
      <div className="photo-frame-face">{children}</div>
    </div>
  );
}
