import { type ComponentType, lazy } from "react";
import { Route, Routes } from "react-router";
import { i18n } from "../i18n.ts";
import { NotFound } from "./not-found.tsx";
import { Shell } from "./shell.tsx";

/** Every page is a chunk of its own, fetched together with its words. */
function page(name: string, source: () => Promise<{ readonly default: ComponentType }>) {
  return lazy(async () => {
    const [module] = await Promise.all([source(), i18n.loadNamespaces(name)]);
    return module;
  });
}

const Home = page("home", () => import("../pages/home/page.tsx"));
const Queue = page("queue", () => import("../pages/queue/page.tsx"));
const Propose = page("propose", () => import("../pages/propose/page.tsx"));
const Contribution = page("contribution", () => import("../pages/contribution/page.tsx"));
const Evidence = page("evidence", () => import("../pages/evidence/page.tsx"));
const Runs = page("runs", () => import("../pages/runs/page.tsx"));
const Run = page("run", () => import("../pages/run/page.tsx"));
const Compare = page("compare", () => import("../pages/compare/page.tsx"));
const Recipe = page("recipe", () => import("../pages/recipe/page.tsx"));
const Lab = page("lab", () => import("../pages/lab/page.tsx"));
const Settings = page("settings", () => import("../pages/settings/page.tsx"));
const Login = page("login", () => import("../pages/login/page.tsx"));

export function AppRoutes() {
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route index element={<Home />} />
        <Route path="queue" element={<Queue />} />
        <Route path="propose" element={<Propose />} />
        <Route path="contributions/:contribution" element={<Contribution />} />
        <Route path="evidence" element={<Evidence />} />
        <Route path="runs" element={<Runs />} />
        <Route path="runs/:run" element={<Run />} />
        <Route path="compare" element={<Compare />} />
        <Route path="recipe" element={<Recipe />} />
        <Route path="lab" element={<Lab />} />
        <Route path="settings" element={<Settings />} />
        <Route path="login" element={<Login />} />
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}
