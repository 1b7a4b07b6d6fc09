import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/form.css";
import "./styles/photo-frame.css";
import { App } from "./app.tsx";
import { SessionProvider, browserSession } from "./session/session.tsx";
import { UploadsProvider } from "./uploads/uploads.tsx";

const session = browserSession();
void session.start();

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <SessionProvider session={session}>
      <UploadsProvider>
        <App />
      </UploadsProvider>
    </SessionProvider>
  </StrictMode>,
);
