/** A warning at the foot of pages served by plain HTTP, except from localhost. */
export function InsecureConnectionNotice() {
  if (window.isSecureContext) return null;
  return (
    <footer>
      <p className="small">
        This site uses plain HTTP: anything you send, passwords included, can be read on the way. Do not enter
        real data.
      </p>
    </footer>
  );
}
