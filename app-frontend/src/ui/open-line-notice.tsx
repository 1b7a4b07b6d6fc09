/** At the foot of a page that came by plain HTTP; on one's own machine nothing travels. */
export function OpenLineNotice() {
  if (window.isSecureContext) return null;
  return (
    <footer>
      <p className="small">
        This site speaks plain HTTP: what you send, passwords too, can be read on its way. Put nothing real
        into it.
      </p>
    </footer>
  );
}
