const hushedMs = 1_000;

/** Opens the URL of an attachment. The page stays, so the question before leaving is suppressed. */
export function openUrl(url: string) {
  const link = document.createElement("a");
  link.href = url;
  const ask = window.onbeforeunload;
  window.onbeforeunload = null;
  link.click();
  if (ask) setTimeout(() => (window.onbeforeunload = ask), hushedMs);
}
