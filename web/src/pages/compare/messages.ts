export const messages = {
  en: { title: "Compare" },
  zh: { title: "Compare" },
};
