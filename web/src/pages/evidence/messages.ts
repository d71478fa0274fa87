export const messages = {
  en: { title: "Evidence" },
  zh: { title: "Evidence" },
};
