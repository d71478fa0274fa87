export const messages = {
  en: { title: "Home" },
  zh: { title: "Home" },
};
