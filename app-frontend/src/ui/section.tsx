import { type ReactNode, type RefObject, useId } from "react";

type SectionProps = {
  title: string;
  intro?: ReactNode;
  /** The id of the heading, for links to it. */
  anchor?: string;
  /** The heading, so that it can take the focus. */
  heading?: RefObject<HTMLHeadingElement | null>;
  children: ReactNode;
};

/** A part of a page with its heading. */
export function Section({ title, intro, anchor, heading, children }: SectionProps) {
  const generated = useId();
  const id = anchor ?? generated;
  return (
    <section aria-labelledby={id}>
      <div>
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        {intro && <p className="small">{intro}</p>}
      </div>
      <div>{children}</div>
    </section>
  );
}
