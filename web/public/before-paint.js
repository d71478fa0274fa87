// Runs before the first paint, so that neither the colours nor the language flash. A file of its own: inline scripts are
// not allowed. The keys are those of shell/theme.ts and i18n.ts.
(() => {
  const kept = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const scheme = kept("cairn-scheme");
  const dark = scheme === "dark" || (scheme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.mantineColorScheme = dark ? "dark" : "light";
  const language = kept("cairn-language") ?? navigator.language;
  document.documentElement.lang = language.startsWith("zh") ? "zh-CN" : "en";
})();
