export const messages = {
  en: { title: "Runs" },
  zh: { title: "Runs" },
};
