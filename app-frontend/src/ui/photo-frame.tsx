import type { ReactNode } from "react";

/** The framed metal plate that every picture stands in. Its size does not depend on what is in it. */
export function Plate({ children }: { children: ReactNode }) {
  return (
    <div className="plate">
      <div className="plate-face">{children}</div>
    </div>
  );
}
