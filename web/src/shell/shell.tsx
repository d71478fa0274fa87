import { lazy, type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useLocation } from "react-router";
import { useLive } from "../api/live.ts";
import { useApi } from "../api/query.ts";
import { ErrorPanel, PageSkeleton } from "../components/states.tsx";
import { Boundary } from "./boundary.tsx";
import { useGlobalKeys } from "./global-keys.ts";
import { Navigation } from "./navigation.tsx";
import classes from "./shell.module.css";
import { TopLine } from "./top-line.tsx";

const Palette = lazy(() => import("./palette.tsx"));
const KeysHelp = lazy(() => import("./keys-help.tsx"));

type Overlay = "none" | "palette" | "keys";

/** What is around every page: where one is, what the lab is doing, and how to get elsewhere. */
export function Shell() {
  const { t } = useTranslation("shell");
  const me = useApi("me");
  const { pathname, search } = useLocation();
  const [overlay, setOverlay] = useState<Overlay>("none");
  const close = useCallback(() => setOverlay("none"), []);
  const isOut = me.data?.door === "login" && me.data.account === null;
  const isIn = me.data !== undefined && !isOut;
  useLive(isIn);
  useGlobalKeys({ openPalette: () => setOverlay("palette"), openHelp: () => setOverlay("keys") });

  if (pathname === "/login") return <Bare />;
  if (isOut) return <Navigate to={`/login?next=${encodeURIComponent(pathname + search)}`} replace />;
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#page">
        {t("skip")}
      </a>
      <Navigation openPalette={() => setOverlay("palette")} openKeys={() => setOverlay("keys")} />
      <div className={classes.column}>
        {isIn ? <TopLine openPalette={() => setOverlay("palette")} /> : <div className={classes.lineToCome} />}
        <Main>
          {me.error !== null && !isIn ? (
            <ErrorPanel error={me.error} retry={() => void me.refetch()} />
          ) : isIn ? (
            <Outlet />
          ) : (
            <PageSkeleton />
          )}
        </Main>
      </div>
      <Suspense fallback={null}>
        {overlay === "palette" && <Palette close={close} openKeys={() => setOverlay("keys")} />}
        {overlay === "keys" && <KeysHelp close={close} />}
      </Suspense>
    </div>
  );
}

/** The page's place. On another page, focus goes to its start, as after a page load. */
function Main({ children }: { readonly children: ReactNode }) {
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [pathname]);
  return (
    <main id="page" ref={main} tabIndex={-1} className={classes.main}>
      <Boundary key={pathname}>
        <Suspense fallback={<PageSkeleton />}>{children}</Suspense>
      </Boundary>
    </main>
  );
}

function Bare() {
  return (
    <main className={classes.bare}>
      <Boundary>
        <Suspense fallback={null}>
          <Outlet />
        </Suspense>
      </Boundary>
    </main>
  );
}
