import { type ReactNode, useEffect } from "react";
import { productName } from "../product.ts";

/** A page with its title as a heading that can take the focus. */
export function Page({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · ${productName}`;
  }, [title]);
  return (
    <>
      <h1 tabIndex={-1} dir="auto">
        {title}
      </h1>
      {children}
    </>
  );
}
