import "./shell/mantine.css";
import "@mantine/notifications/styles.css";
import "./shell/tokens.css";
import { createRoot } from "react-dom/client";
import { z } from "zod";
import { startLanguages } from "./i18n.ts";
import { App } from "./shell/app.tsx";

// The content security policy forbids making code from text.
z.config({ jitless: true });

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
await startLanguages();
createRoot(root).render(<App />);
