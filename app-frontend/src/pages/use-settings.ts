import { useEffect, useState } from "react";
import { getSettings, type Settings } from "../api/account.ts";

/** The settings of this site; undefined until the API has answered. */
export function useSettings(): Settings | undefined {
  const [settings, setSettings] = useState<Settings>();

  useEffect(() => {
    let isShown = true;
    getSettings().then(
      (answer) => isShown && setSettings(answer),
      () => undefined, // the page works without it
    );
    return () => {
      isShown = false;
    };
  }, []);

  return settings;
}
