export const messages = {
  en: { title: "Settings" },
  zh: { title: "Settings" },
};
