import { type Description, figure, type Figure } from "../measure/figure.ts";

/** The figure that one measure of the slices gives. */
export function compare<Measured>(
  description: Description,
  slices: Readonly<Record<"subject" | "floor" | "control", readonly Measured[]>>,
  measure: (slice: Measured) => number,
): Figure {
  const { subject, floor, control } = slices;
  return figure(description, {
    subject: subject.map(measure),
    floor: floor.map(measure),
    control: control.map(measure),
  });
}
