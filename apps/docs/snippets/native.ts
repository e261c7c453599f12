import type { Wake } from "@sluice/client";

/** What `react-native` and `@react-native-community/netinfo` export. */
interface AppStateOf {
  addEventListener(type: "change", listener: (state: string) => void): { remove(): void };
}
interface NetInfoOf {
  addEventListener(listener: (network: { readonly isConnected: boolean | null }) => void): () => void;
}

export function wakeBy(AppState: AppStateOf, NetInfo: NetInfoOf): Wake {
  // #region wake
  const wake: Wake = (onWake) => {
    const app = AppState.addEventListener("change", (state) => state === "active" && onWake());
    const stop = NetInfo.addEventListener(({ isConnected }) => onWake(isConnected !== false));
    return () => [app.remove(), stop()];
  };
  // #endregion wake
  return wake;
}
