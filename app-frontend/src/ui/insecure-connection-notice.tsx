/** At the foot of a page that came by plain HTTP; on one's own machine nothing travels. */
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
