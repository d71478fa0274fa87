export const messages = {
  en: { title: "Propose" },
  zh: { title: "Propose" },
};
