import { Component, type ReactNode } from "react";
import { Button } from "./button.tsx";
import { Page } from "./page.tsx";

type Props = { children?: ReactNode };

/** Replaces a page that threw. React supports this only in a class. */
export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <Failed /> : this.props.children;
  }
}

function Failed() {
  return (
    <Page title="Something broke">
      <p role="alert">Something went wrong. Try reloading the page.</p>
      <Button onClick={() => location.reload()}>Reload</Button>
    </Page>
  );
}
