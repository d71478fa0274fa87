export const messages = {
  en: { title: "Run" },
  zh: { title: "Run" },
};
